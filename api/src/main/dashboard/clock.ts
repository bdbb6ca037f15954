/** How far this device's clock is behind the service's, in milliseconds; the service decides which day it is. */
let behind: number | undefined;

/** The time zones of the properties that are shown. */
let zones = ['UTC'];
let first = '';

/** The service's current day: the latest that has begun in one of the time zones. */
export const today = (): string =>
  zones
    .map((timeZone) => new Intl.DateTimeFormat('sv', { timeZone }).format(Date.now() + (behind ?? 0)))
    .sort()
    .at(-1)!;

/** The service's current hour, in the same way: `2026-01-31T13:00`. */
export const thisHour = (): string =>
  zones
    .map((timeZone) =>
      new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(Date.now() + (behind ?? 0)),
    )
    .sort()
    .at(-1)!
    .replace(/ (\d\d).*/, 'T$1:00');

/** The day of the first visit that is known; empty if there is none. */
export const firstDay = (): string => first;

/** From now on, days are those of these time zones, and the first one is this. */
export const goBy = (shown: string[], firstOfThem: string): void => {
  zones = shown;
  first = firstOfThem;
};

/** Takes the service's time from an answer. */
export const learn = (generatedAt: string): void => {
  const made = Date.parse(generatedAt);
  // An answer may be some seconds old: less than a minute is no difference.
  behind = Math.abs(made - Date.now()) < 60_000 ? 0 : made - Date.now();
};
