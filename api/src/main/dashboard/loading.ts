import { ask, Problem } from './api';
import { isLearnt, learn, today } from './clock';
import type { Days, Summary, TrendPoint } from './figures';
import { question, type View } from './view';

const SUMMARY = '/v1/metrics/summary';

/**
 * The figures of a view. A device with a wrong clock may ask for a day that has not begun; then it takes the day from the
 * service.
 */
export const summaryOf = async (view: View, signal: AbortSignal): Promise<Summary> => {
  const asked = (): Promise<Summary> =>
    ask(SUMMARY, { ...question(view, today()), compareTo: String(view.compare) }, signal);
  const summary = await asked().catch(async (failure) => {
    if (!(failure instanceof Problem) || failure.cause !== 'refused' || view.window !== 'today') {
      throw failure;
    }
    learn((await ask<Summary>(SUMMARY, { window: '1' }, signal)).freshness.generatedAt);
    return asked();
  });
  learn(summary.freshness.generatedAt);
  return summary;
};

/** The parameters of the other questions. Until the service's day is known, they wait for its first answer. */
export const paramsOf = async (view: View, first: Promise<Summary>): Promise<Record<string, string>> => {
  if (view.window === 'today' && !isLearnt()) {
    await first.catch(() => undefined);
  }
  return question(view, today());
};

/** The days of the window before, of which a summary has only sums. */
export const trendBefore = async (before: Days | null, view: View, signal: AbortSignal): Promise<TrendPoint[]> => {
  if (!before) {
    return [];
  }
  const { from, to } = before;
  const params = { ...question({ ...view, window: 'custom', from, to }, today()), compareTo: 'false' };
  return (await ask<Summary>(SUMMARY, params, signal)).trend;
};
