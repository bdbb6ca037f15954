/** Core Web Vitals and their companions by the names of the service. JSON writes what is not known, a NaN, as null. */
export interface Vitals {
  ttfbMs: number;
  inpMs: number;
  fcpMs?: number;
  lcpMs?: number;
  clsScore?: number;
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
/** Whether the page was visible from the start: paints in the background say nothing about its speed. */
let seen: boolean;
let earlier = 0;
let response: number | undefined;
let paint: number | undefined;
let largest: number | undefined;
let durations: Record<number, number>;
let worst: number;
let sum: number;
let first: number;
let last: number;

/** Begins again, as for another page. */
export const reset = (): void => {
  durations = {};
  worst = sum = first = 0;
  last = -1000;
  paint = largest = undefined;
};

/** Takes an entry of the browser. */
export const add = ({ entryType, name, startTime, duration, interactionId, value, hadRecentInput }: Entry): void => {
  if (interactionId) {
    durations[interactionId] = Math.max(durations[interactionId] || 0, duration);
  } else if (value) {
    // A shift right after an input is expected by the reader.
    if (!hadRecentInput) {
      if (startTime - last >= 1000 || startTime - first >= 5000) {
        sum = 0;
        first = startTime;
      }
      last = startTime;
      worst = Math.max(worst, (sum += value));
    }
  } else if (entryType[0] == 'l') {
    largest = startTime;
  } else if (name == 'first-contentful-paint') {
    paint = startTime;
  }
};

/** Cumulative layout shift: the worst session window, of shifts under 1 s apart, 5 s long at most. */
export const shifted = (): number => worst;

/**
 * Interaction to next paint: the slowest interaction, but for one in each fifty.
 *
 * @param count of all interactions, also those too short for an entry
 */
export const slow = (count: number): number | undefined => {
  const slowest = Object.values(durations).sort((one, other) => other - one);
  return slowest[Math.min(slowest.length - 1, (count / 50) | 0)];
};

const interactions = (): number => performance.interactionCount || 0;

/** Measures from now on, by the definitions of https://web.dev/articles/vitals; the function that it returns gives what is known by then. */
export const measure = (): (() => Vitals) => {
  const observer = new PerformanceObserver((list) => list.getEntries().forEach(add));
  const navigation = performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming;
  reset();
  // A prerendered page is timed from its activation.
  start = navigation.activationStart || 0;
  response = navigation.responseStart || NaN;
  seen = !document.hidden;
  for (const type of ['paint', 'largest-contentful-paint', 'layout-shift', 'event', 'first-input']) {
    observer.observe({ type, buffered: true, durationThreshold: 40 } as PerformanceObserverInit);
  }

  return () => {
    const ms = (value?: number): number => Math.min(12e4, Math.max(0, value!));
    observer.takeRecords().forEach(add);
    return {
      ttfbMs: ms(response! - start),
      inpMs: ms(slow(interactions() - earlier)),
      ...(seen && {
        fcpMs: ms(paint! - start),
        lcpMs: ms(largest! - start),
        clsScore: paint && window.LayoutShift && Math.min(10, shifted()),
      }),
    };
  };
};

/** Back from the browser's cache of pages: a visit of its own, there at once and painted two frames later. */
export const restore = (timeStamp: number): void => {
  reset();
  seen = true;
  earlier = interactions();
  start = response = timeStamp;
  requestAnimationFrame(() => requestAnimationFrame(() => (paint = largest = performance.now())));
};
