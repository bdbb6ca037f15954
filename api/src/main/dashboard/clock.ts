/** How far this device's clock is behind the service's, in milliseconds; the service decides which day it is. */
let behind: number | undefined;

/** The time zones of the properties that are shown. */
let zones = ['UTC'];
let first = '';

/** What the service calls today: the day that has begun in all of the time zones. */
export const today = (): string =>
  zones
    .map((timeZone) => new Intl.DateTimeFormat('sv', { timeZone }).format(Date.now() + (behind ?? 0)))
    .sort()
    .at(0)!;

/** Writes the hour of a time as a clock of the zone shows it: `2026-01-31T13:00`. */
const hourIn = (timeZone: string): ((time: number) => string) => {
  const clock = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return (time) => clock.format(time).replace(/ (\d\d).*/, 'T$1:00');
};

/** What hour it is now in each of the time zones, earliest first. */
const hoursNow = (): string[] => zones.map((timeZone) => hourIn(timeZone)(Date.now() + (behind ?? 0))).sort();

/** The latest hour that has begun in one of the time zones. */
export const thisHour = (): string => hoursNow().at(-1)!;

/** The earliest hour that has not ended in one of the time zones. Those after it have not ended there either. */
export const openHour = (): string => hoursNow().at(0)!;

const HALF_HOUR = 30 * 60_000;
/** No zone is further from UTC, to the east or to the west. */
const FURTHEST = 28;

/** The hours that a day has in the zones: one less where clocks are put forward; where they are put back, one comes twice. */
export const hoursOfDay = (day: string, timeZones = zones): { hour: string; isTwice: boolean }[] => {
  const halves = new Map<string, number>();
  const midnight = Date.parse(day);
  for (const timeZone of timeZones) {
    const hourOf = hourIn(timeZone);
    const counted = new Map<string, number>();
    for (let half = -FURTHEST; half < 48 + FURTHEST; half++) {
      const hour = hourOf(midnight + half * HALF_HOUR);
      if (hour.startsWith(day)) {
        counted.set(hour, (counted.get(hour) ?? 0) + 1);
      }
    }
    counted.forEach((count, hour) => halves.set(hour, Math.max(count, halves.get(hour) ?? 0)));
  }
  return [...halves].sort().map(([hour, count]) => ({ hour, isTwice: count > 2 }));
};

/** The day of the first visit that is known; empty if there is none. */
export const firstDay = (): string => first;

/** Sets the time zones whose days are shown, and the day of the first visit. */
export const setZones = (shown: string[], firstOfThem: string): void => {
  zones = shown;
  first = firstOfThem;
};

/** Takes the service's time from an answer. */
export const setClock = (generatedAt: string): void => {
  const made = Date.parse(generatedAt);
  // An answer may be some seconds old, so a difference of less than a minute is ignored.
  behind = Math.abs(made - Date.now()) < 60_000 ? 0 : made - Date.now();
};
