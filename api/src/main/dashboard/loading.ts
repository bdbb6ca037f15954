import { ask } from './api';
import { learn } from './clock';
import type { Days, Summary, TrendPoint } from './figures';
import { question, type View } from './view';

const SUMMARY = '/v1/metrics/summary';

/** The figures of a view. */
export const summaryOf = async (view: View, signal: AbortSignal): Promise<Summary> => {
  const summary = await ask<Summary>(SUMMARY, { ...question(view), compareTo: String(view.compare) }, signal);
  learn(summary.freshness.generatedAt);
  return summary;
};

/** The days of the window before, of which a summary has only sums. */
export const trendBefore = async (before: Days | null, view: View, signal: AbortSignal): Promise<TrendPoint[]> => {
  if (!before) {
    return [];
  }
  const { from, to } = before;
  const params = { ...question({ ...view, window: 'custom', from, to }), compareTo: 'false' };
  return (await ask<Summary>(SUMMARY, params, signal)).trend;
};
