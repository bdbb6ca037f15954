import { on } from './safely';
import type { Vitals } from './vitals';

/** After a minute without input, the reader counts as gone. */
const enum Pause {
  MAX_MS = 60_000,
}

let engaged = 0;
/** The lowest pixel of the page that was seen. */
let depth: number;
/** The greatest height of the page so far: it may grow and shrink. */
let height: number;
let last: number;
let counting: boolean | undefined;

/** Counts the time since the last call if the page had the focus then, and notes whether it has it now. */
const tick = (): void => {
  const now = performance.now();
  if (counting) {
    engaged += Math.min(now - last, Pause.MAX_MS);
  }
  last = now;
  counting = !document.hidden && document.hasFocus();
};

/**
 * Notes how far down the page is seen. Not called when the next page view begins: the content may have been replaced
 * before.
 */
const look = (): void => {
  tick();
  depth = Math.max(depth, scrollY + innerHeight);
  height = Math.max(height, document.documentElement.scrollHeight);
};

/**
 * Returns the engaged time since the last call, how far down the page was seen so far, and the web vitals; falsy if
 * there is nothing to report. Nothing is counted until the next input.
 */
export const take = (webVitals?: Vitals) => {
  tick();
  const taken = (engaged || webVitals) && {
    engagedTimeMs: engaged,
    scrollDepthPercent: (depth / height) * 100,
    webVitals,
  };
  engaged = 0;
  counting = false;
  return taken;
};

/** Begins to count for another page, at its top. */
export const turn = (): void => {
  tick();
  depth = height = engaged = 0;
};

tick();
on('pointermove focus blur', tick);
on('popstate click input scroll visibilitychange pagehide', look);
