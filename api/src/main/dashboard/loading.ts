import { ask, post } from './api';
import { learn, thisHour, today } from './clock';
import type { Answer, Days, Summary, TrendPoint } from './figures';
import { asked, question, type View } from './view';

const SUMMARY = '/v1/metrics/summary';

/** The figures of a view. */
export const summaryOf = async (view: View, signal: AbortSignal): Promise<Summary> => {
  const summary = await ask<Summary>(SUMMARY, { ...question(view, today()), compareTo: view.compare }, signal);
  learn(summary.freshness.generatedAt);
  return summary;
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

/** The hours of a day, as far as they have begun. */
export const hoursOf = async (day: string, view: View, signal: AbortSignal): Promise<TrendPoint[]> => {
  const { rows } = await post<Answer>(
    '/v1/metrics/query',
    {
      ...(view.property && { propertyId: view.property }),
      dateRange: [day, day],
      metrics: ['visitors', 'pageViews', 'sessions', 'newLeads'],
      dimensions: ['time:hour'],
      filters: asked(view.filters),
    },
    signal,
  );
  const counted = new Map(rows.map(({ dimensions, metrics }) => [dimensions[0], metrics]));
  const now = thisHour();
  return Array.from({ length: 24 }, (_, hour) => `${day}T${String(hour).padStart(2, '0')}:00`)
    .filter((hour) => hour <= now)
    .map((hour) => {
      const [uniqueVisitors, pageViews, sessions, newLeads] = counted.get(hour) ?? [0, 0, 0, 0];
      return {
        day: hour,
        uniqueVisitors: uniqueVisitors ?? 0,
        pageViews: pageViews ?? 0,
        sessions: sessions ?? 0,
        newLeads: newLeads ?? null,
      };
    });
};
