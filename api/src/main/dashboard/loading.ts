import { ask, post } from './api';
import { firstDay, hoursOfDay, learn, thisHour, today } from './clock';
import type { Answer, Days, Summary, TrendPoint } from './figures';
import { asked, periodOf, question, type View } from './view';

const SUMMARY = '/v1/metrics/summary';

/** The parameters of a question about a view. */
export const paramsOf = (view: View): Record<string, string> => question(view, today(), firstDay());

/** The body of a question about a view. */
export const bodyOf = (view: View) => ({
  ...(view.property && { propertyId: view.property }),
  dateRange: periodOf(view, today(), firstDay()),
  filters: asked(view.filters),
});

/** Rows of a query: those that a list needs, and all of them for a file. */
export interface Found {
  rows: Answer['rows'];
  all: () => Promise<Answer['rows']>;
}

const LISTED = 100;
/** The most rows that the service gives at once. */
const MAX_ROWS = 1000;

const rowsOf = async (question: object, limit: number, offset: number, signal?: AbortSignal): Promise<Answer['rows']> =>
  (await post<Answer>('/v1/metrics/query', { ...question, limit, offset }, signal)).rows;

/** All rows of a question, part by part. */
export const allRowsOf = async (question: object, signal?: AbortSignal): Promise<Answer['rows']> => {
  const rows: Answer['rows'] = [];
  let part: Answer['rows'];
  do {
    part = await rowsOf(question, MAX_ROWS, rows.length, signal);
    rows.push(...part);
  } while (part.length === MAX_ROWS);
  return rows;
};

/** The rows of a question about one dimension, sorted by the first figure, largest first. */
export const found = async (question: object, signal: AbortSignal): Promise<Found> => {
  const rows = await rowsOf(question, LISTED, 0, signal);
  return { rows, all: async () => (rows.length < LISTED ? rows : allRowsOf(question)) };
};

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
