import { day } from './view';

/** How far this device's clock is behind the service's, in milliseconds; the service decides which day it is. */
let behind: number | undefined;

/** The service's current day, in UTC. */
export const today = (): string => day(Date.now() + (behind ?? 0));

/** Takes the service's time from an answer. */
export const learn = (generatedAt: string): void => {
  const made = Date.parse(generatedAt);
  // An answer may be some seconds old: less than a minute is no difference.
  behind = Math.abs(made - Date.now()) < 60_000 ? 0 : made - Date.now();
};
