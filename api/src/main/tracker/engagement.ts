import { on } from './safely';
import type { Vitals } from './vitals';

/** After a minute without input, the reader counts as gone. */
const enum Pause {
  MAX_MS = 60_000,
}

let engaged = 0;
/** The lowest pixel of the page that was seen. The page may have grown since. */
let depth = 0;
let last = performance.now();
let counting = false;

/** Counts the time since the last call if the page had the focus then, and notes whether it has it now. */
const tick = (): void => {
  const now = performance.now();
  if (counting) {
    engaged += Math.min(now - last, Pause.MAX_MS);
  }
  last = now;
  counting = !document.hidden && document.hasFocus();
};

const look = (): void => {
  depth = Math.max(depth, scrollY + innerHeight);
};

/**
 * The engaged time since the last call, how far down the page was seen so far, and the web vitals: falsy where there is
 * nothing to say. Nothing is counted until the next input.
 */
export const take = (webVitals?: Vitals) => {
  tick();
  look();
  const taken = (engaged || webVitals) && {
    engagedTimeMs: engaged,
    scrollDepthPercent: (depth / document.documentElement.scrollHeight) * 100,
    webVitals,
  };
  engaged = 0;
  counting = false;
  return taken;
};

/** Another page begins at its top. */
export const turn = (): void => {
  depth = 0;
  tick();
};

tick();
on('visibilitychange focus blur pointermove click input scroll', tick);
on('scroll', look);
