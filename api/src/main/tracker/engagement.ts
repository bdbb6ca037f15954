import { on } from './safely';

/** After a minute without input, the reader is taken to have left. */
const enum Pause {
  MAX_MS = 60_000,
}

let engaged = 0;
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
  const bottom = ((scrollY + innerHeight) / document.documentElement.scrollHeight) * 100;
  depth = Math.max(depth, Math.min(100, Math.round(bottom)));
};

/** The engaged time since the last call, and how far down the page was seen so far. Nothing is counted until the next input. */
export const take = (): { engagedTimeMs?: number; scrollDepthPercent: number } => {
  tick();
  look();
  const taken = { engagedTimeMs: engaged || undefined, scrollDepthPercent: depth };
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
on(window, 'focus blur visibilitychange pageshow scroll pointermove pointerdown keydown', tick);
on(window, 'scroll', look);
