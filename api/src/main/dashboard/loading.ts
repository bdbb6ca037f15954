import { ask, post } from './api';
import { firstDay, hoursOfDay, learn, thisHour, today } from './clock';
import type { Answer, Days, Summary, TrendPoint } from './figures';
import { asked, periodOf, question, type View } from './view';

const SUMMARY = '/v1/metrics/summary';

/** What the parameters of a question say of a view. */
export const paramsOf = (view: View): Record<string, string> => question(view, today(), firstDay());

/** What the body of a question says of a view. */
export const bodyOf = (view: View) => ({
  ...(view.property && { propertyId: view.property }),
  dateRange: periodOf(view, today(), firstDay()),
  filters: asked(view.filters),
});

/** The figures of a view. */
export const summaryOf = async (view: View, signal: AbortSignal): Promise<Summary> => {
  const summary = await ask<Summary>(SUMMARY, { ...paramsOf(view), compareTo: view.compare }, signal);
  learn(summary.freshness.generatedAt);
  return summary;
};

/** The days of the window before, of which a summary has only sums. */
export const trendBefore = async (before: Days | null, view: View, signal: AbortSignal): Promise<TrendPoint[]> => {
  if (!before) {
    return [];
  }
  const { from, to } = before;
  const params = { ...paramsOf({ ...view, window: 'custom', from, to }), compareTo: 'false' };
  return (await ask<Summary>(SUMMARY, params, signal)).trend;
};

/** The hours of a day, as far as they have begun. */
export const hoursOf = async (day: string, view: View, signal: AbortSignal): Promise<TrendPoint[]> => {
  const { rows } = await post<Answer>(
    '/v1/metrics/query',
    {
      ...bodyOf({ ...view, window: 'custom', from: day, to: day }),
      metrics: ['visitors', 'pageViews', 'sessions', 'newLeads'],
      dimensions: ['time:hour'],
    },
    signal,
  );
  const counted = new Map(rows.map(({ dimensions, metrics }) => [dimensions[0], metrics]));
  const now = thisHour();
  return hoursOfDay(day)
    .filter(({ hour }) => hour <= now)
    .map(({ hour, isTwice }) => {
      const [uniqueVisitors, pageViews, sessions, newLeads] = counted.get(hour) ?? [0, 0, 0, 0];
      return {
        day: hour,
        isTwice,
        uniqueVisitors: uniqueVisitors ?? 0,
        pageViews: pageViews ?? 0,
        sessions: sessions ?? 0,
        newLeads: newLeads ?? null,
      };
    });
};
