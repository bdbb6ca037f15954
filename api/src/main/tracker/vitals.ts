/**
 * Core Web Vitals and related measurements, by the names of the service. An unknown one is NaN, which JSON writes as
 * null.
 */
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
/**
 * The start of the page if it was visible then, otherwise NaN: paints in the background say nothing about its speed.
 */
let seen: number;
/** Interactions before this page came back from the browser's cache. */
let earlier: number | undefined;
let response: number | undefined;
/** First contentful paint. */
export let paint: number | undefined;
let largest: number | undefined;
let durations: Record<number, number>;
/** Cumulative layout shift: the worst session window, of shifts under 1 s apart, 5 s long at most. */
export let worst: number;
let sum: number;
let first: number;
let last: number | undefined;

/** Begins to measure another page. */
export const reset = (): void => {
  durations = {};
  worst = 0;
  earlier = performance.interactionCount;
  last = paint = largest = undefined;
};

/** Adds a performance entry of the browser. */
export const add = ({ entryType, name, startTime, duration, interactionId, value, hadRecentInput }: Entry): void => {
  if (interactionId) {
    if (!(durations[interactionId]! > duration)) {
      durations[interactionId] = duration;
    }
  } else if (value) {
    // The reader expects a shift right after an input.
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

/**
 * Interaction to next paint: the slowest interaction, after leaving out one of every fifty.
 *
 * @param count of all interactions, also those too short for an entry
 */
export const slow = (count: number): number | undefined =>
  Object.values(durations)
    .sort((one, other) => other - one)
    .slice(0, 1 + count / 50)
    .pop();

/**
 * Starts to measure, by the definitions of https://web.dev/articles/vitals. The returned function gives what is known
 * when it is called.
 */
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

/**
 * The page is back from the browser's cache of pages. It counts as another page, which was there at once and painted
 * two frames later.
 */
export const restore = (timeStamp: number): void => {
  reset();
  start = seen = response = timeStamp;
  requestAnimationFrame(() => requestAnimationFrame(() => (paint = largest = performance.now())));
};
