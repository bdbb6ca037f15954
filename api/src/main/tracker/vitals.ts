/** Core Web Vitals and their companions by the names of the service. JSON writes what is not known, a NaN, as null. */
export interface Vitals {
  ttfbMs: number;
  inpMs: number;
  fcpMs: number;
  lcpMs: number;
  clsScore?: number | object;
}

type Entry = PerformanceEntry & { interactionId?: number; value?: number; hadRecentInput?: boolean };

declare global {
  interface Window {
    LayoutShift?: object;
  }
  interface Performance {
    interactionCount?: number;
  }
  interface PerformanceNavigationTiming {
    activationStart?: number;
  }
}

let start: number;
/** The start of a page that was visible then: paints in the background say nothing about its speed. Otherwise NaN. */
let seen: number;
/** Interactions before this page came back from the browser's cache. */
let earlier: number | undefined;
let response: number | undefined;
let paint: number | undefined;
let largest: number | undefined;
let durations: Record<number, number>;
let worst: number;
let sum: number;
let first: number;
let last: number | undefined;

/** Begins again, as for another page. */
export const reset = (): void => {
  durations = {};
  worst = 0;
  earlier = performance.interactionCount;
  last = paint = largest = undefined;
};

/** Takes an entry of the browser. */
export const add = ({ entryType, name, startTime, duration, interactionId, value, hadRecentInput }: Entry): void => {
  if (interactionId) {
    if (!(durations[interactionId]! > duration)) {
      durations[interactionId] = duration;
    }
  } else if (value) {
    // A shift right after an input is expected by the reader.
    if (!hadRecentInput) {
      // Before the first shift `last` is undefined, and a comparison with NaN is false.
      if (!(startTime - last! < 1000 && startTime - first < 5000)) {
        sum = 0;
        first = startTime;
      }
      last = startTime;
      worst = Math.max(worst, (sum += value));
    }
  } else if (/content/.test(entryType)) {
    largest = startTime; // The largest contentful paint so far.
  } else if (/content/.test(name)) {
    paint = startTime; // The first contentful paint, and not the entry 'first-paint', which has the same type.
  }
};

/** First contentful paint. */
export const painted = (): number | undefined => paint;

/** Cumulative layout shift: the worst session window, of shifts under 1 s apart, 5 s long at most. */
export const shifted = (): number => worst;

/**
 * Interaction to next paint: the slowest interaction, but for one in each fifty.
 *
 * @param count of all interactions, also those too short for an entry
 */
export const slow = (count: number): number | undefined =>
  Object.values(durations)
    .sort((one, other) => other - one)
    .slice(0, 1 + count / 50)
    .pop();

/** Measures from now on, by the definitions of https://web.dev/articles/vitals; the function that it returns gives what is known by then. */
export const measure = (): (() => Vitals) => {
  const observer = new PerformanceObserver((list) => list.getEntries().forEach(add));
  const navigation = performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming;
  reset();
  // A prerendered page is timed from its activation.
  start = navigation.activationStart || 0;
  response = navigation.responseStart || NaN;
  seen = document.hidden ? NaN : start;
  // Firefox warns in the console of each type that it does not know.
  PerformanceObserver.supportedEntryTypes.forEach(
    (type) =>
      /^(event|first|largest|layout|paint)/.test(type) &&
      observer.observe({ type, buffered: true, durationThreshold: 40 } as PerformanceObserverInit),
  );

  return () => {
    const ms = (value?: number): number => Math.min(12e4, Math.max(0, value!));
    observer.takeRecords().forEach(add);
    return {
      ttfbMs: ms(response! - start),
      // Not every browser counts interactions.
      inpMs: ms(slow(performance.interactionCount! - earlier! || 0)),
      fcpMs: ms(paint! - seen),
      lcpMs: ms(largest! - seen),
      clsScore: paint! - seen && window.LayoutShift && Math.min(10, worst),
    };
  };
};

/** Back from the browser's cache of pages: a visit of its own, there at once and painted two frames later. */
export const restore = (timeStamp: number): void => {
  reset();
  start = seen = response = timeStamp;
  requestAnimationFrame(() => requestAnimationFrame(() => (paint = largest = performance.now())));
};
