import type { Vital } from './figures';

export type Band = 'good' | 'fair' | 'poor';

/** Up to the first it is good, above the second poor: https://web.dev/articles/vitals, and its pages on FCP and TTFB. */
export const BOUNDS: Record<Vital, readonly [good: number, poor: number]> = {
  lcpMs: [2500, 4000],
  inpMs: [200, 500],
  clsScore: [0.1, 0.25],
  fcpMs: [1800, 3000],
  ttfbMs: [800, 1800],
};

export const bandOf = (vital: Vital, value: number): Band => {
  const [good, poor] = BOUNDS[vital];
  return value <= good ? 'good' : value <= poor ? 'fair' : 'poor';
};
