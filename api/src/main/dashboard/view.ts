/** What is shown. All of it is in the address, so that it can be shared, bookmarked and gone back to. */
export interface View {
  window: Window;
  /** Both days of a custom window; empty for any other. */
  from: string;
  to: string;
  compare: boolean;
  /** Empty for all. */
  property: string;
  chart: Series;
  sources: Sources;
  pages: Pages;
}

/** Those that can be chosen. An address may name any other number of days that the service takes. */
export const WINDOWS = ['today', '7', '30', '90', '365', 'custom'] as const;
export type Window = 'today' | 'custom' | `${number}`;
export const DEFAULT_WINDOW = '30';

export const SERIES = ['uniqueVisitors', 'pageViews', 'sessions', 'newLeads'] as const;
export type Series = (typeof SERIES)[number];

export const SOURCES = ['traffic_source', 'referrer_host', 'utm_campaign', 'utm_source', 'utm_medium', 'utm_term'] as const;
export type Sources = (typeof SOURCES)[number];

export const PAGES = ['path', 'landing_path', 'exit_path'] as const;
export type Pages = (typeof PAGES)[number];

export const MAX_WINDOW_DAYS = 366;

const DAY = /^\d{4}-\d\d-\d\d$/;
const DAY_MS = 86_400_000;

/** What an address may name: today, or a number of days as the service takes it. */
const isWindow = (text: string | null): text is Window =>
  text === 'today' || (/^[1-9]\d*$/.test(text ?? '') && Number(text) <= MAX_WINDOW_DAYS);

const oneOf = <T extends string>(values: readonly T[], asked: string | null): T =>
  values.find((value) => value === asked) ?? (values[0] as T);

/** Reads an address's query. A value that is missing or wrong gets its default. */
export const read = (query: string): View => {
  const params = new URLSearchParams(query);
  const from = params.get('from') ?? '';
  const to = params.get('to') ?? '';
  const custom = fault(from, to) === undefined;
  const window = params.get('window');
  return {
    window: custom ? 'custom' : isWindow(window) ? window : DEFAULT_WINDOW,
    from: custom ? from : '',
    to: custom ? to : '',
    compare: params.get('compare') !== 'false',
    property: params.get('property') ?? '',
    chart: oneOf(SERIES, params.get('chart')),
    sources: oneOf(SOURCES, params.get('sources')),
    pages: oneOf(PAGES, params.get('pages')),
  };
};

/** The query of an address that shows this; defaults are left out. */
export const write = (view: View): string => {
  const params = new URLSearchParams();
  if (view.window === 'custom') {
    params.set('from', view.from);
    params.set('to', view.to);
  } else if (view.window !== DEFAULT_WINDOW) {
    params.set('window', view.window);
  }
  if (!view.compare) {
    params.set('compare', 'false');
  }
  if (view.property) {
    params.set('property', view.property);
  }
  if (view.chart !== SERIES[0]) {
    params.set('chart', view.chart);
  }
  if (view.sources !== SOURCES[0]) {
    params.set('sources', view.sources);
  }
  if (view.pages !== PAGES[0]) {
    params.set('pages', view.pages);
  }
  const query = params.toString();
  return query && `?${query}`;
};

/** What the service is asked for: the days, and the property. It knows itself which day is today there. */
export const question = (view: View): Record<string, string> => ({
  ...(view.window === 'custom' ? { from: view.from, to: view.to } : { window: view.window }),
  ...(view.property && { propertyId: view.property }),
});

export type Fault = 'missing' | 'order' | 'length' | 'future';

/** What is wrong with two days as a window; undefined if nothing is. */
export const fault = (from: string, to: string, today?: string): Fault | undefined => {
  if (!isDay(from) || !isDay(to)) {
    return 'missing';
  }
  if (from > to) {
    return 'order';
  }
  if (days(from, to) > MAX_WINDOW_DAYS) {
    return 'length';
  }
  return today !== undefined && to > today ? 'future' : undefined;
};

/** Whether a text is a day of the calendar; 2026-02-30 is not. */
export const isDay = (text: string): boolean => DAY.test(text) && day(Date.parse(text)) === text;

/** How many days a window has, both of its ends included. */
export const days = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;

/** The day of a time, in UTC. */
export const day = (time: number): string => (Number.isNaN(time) ? '' : new Date(time).toISOString().slice(0, 10));

export const plusDays = (from: string, more: number): string => day(Date.parse(from) + more * DAY_MS);
