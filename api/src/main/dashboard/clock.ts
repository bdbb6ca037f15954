import { day } from './view';

/** How much this device's clock is behind the service's; the service decides which day it is. */
let behind: number | undefined;

export const isLearnt = (): boolean => behind !== undefined;

/** The day that it is for the service, in UTC. */
export const today = (): string => day(Date.now() + (behind ?? 0));

/** Learns from an answer when it was made. */
export const learn = (generatedAt: string): void => {
  const made = Date.parse(generatedAt);
  // An answer may be some seconds old, and the way takes some: less than a minute tells nothing.
  behind = Math.abs(made - Date.now()) < 60_000 ? 0 : made - Date.now();
};
