import { ask, post, postForText } from './api';
import { firstDay, hoursOfDay, setClock, thisHour, today } from './clock';
import { parsed } from './csv';
import type { Answer, Days, Summary, TrendPoint } from './figures';
import { asked, periodOf, question, type View } from './view';
import { words } from './words';

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
export interface ListedRows {
  rows: Answer['rows'];
  all: () => Promise<Answer['rows']>;
}

/** The body of a query of raw rows, which includes the body of the view. */
interface Query {
  metrics: string[];
  dimensions: string[];
  filters: unknown[];
}

const QUERY = '/v1/metrics/query';
const LISTED = 100;
/** The most rows that the service gives. */
const MAX_ROWS = 100_000;

/**
 * All rows of a query, as of one moment. Their texts are those of a file: they have an apostrophe before what a spreadsheet would
 * read as a formula, and a missing value is an empty text.
 */
export const allRowsOf = async (question: Query, signal?: AbortSignal): Promise<Answer['rows']> => {
  const file = await postForText(QUERY, { ...question, limit: MAX_ROWS }, 'text/csv', signal);
  const dimensionCount = question.dimensions.length;
  return parsed(file)
    .slice(1)
    .map((cells) => ({
      dimensions: cells.slice(0, dimensionCount),
      metrics: cells.slice(dimensionCount).map((cell) => (cell === '' ? null : Number(cell))),
    }));
};

/** All rows of a query for a file. If there are more than the service gives, the last row says so. */
const rowsForFile = async (question: Query): Promise<Answer['rows']> => {
  const rows = await allRowsOf(question);
  return rows.length < MAX_ROWS ? rows : [...rows, { dimensions: [words.breakdowns.other], metrics: [] }];
};

/** The rows of a query about one dimension, sorted by the first figure, largest first. */
export const listedRows = async (question: Query, signal: AbortSignal): Promise<ListedRows> => {
  const { rows } = await post<Answer>(QUERY, { ...question, limit: LISTED }, signal);
  return { rows, all: async () => (rows.length < LISTED ? rows : rowsForFile(question)) };
};

/** The figures of a view. */
export const summaryOf = async (view: View, signal: AbortSignal): Promise<Summary> => {
  const summary = await ask<Summary>(SUMMARY, { ...paramsOf(view), compareTo: view.compare }, signal);
  setClock(summary.freshness.generatedAt);
  return summary;
};

/** The days of the window before. A summary has only their sums. */
export const trendBefore = async (before: Days | null, view: View, signal: AbortSignal): Promise<TrendPoint[]> => {
  if (!before) {
    return [];
  }
  const { from, to } = before;
  const params = { ...paramsOf({ ...view, window: 'custom', from, to }), compareTo: 'false' };
  return (await ask<Summary>(SUMMARY, params, signal)).trend;
};

/** The hours of a day that have begun. */
export const hoursOf = async (day: string, view: View, signal: AbortSignal): Promise<TrendPoint[]> => {
  const { rows } = await post<Answer>(
    QUERY,
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
