/**
 * What the page shows. All of it is in the address, so that it can be shared, bookmarked and reached by the back
 * button.
 */
export interface View {
  window: Window;
  /** Both days of a custom window; empty for any other. */
  from: string;
  to: string;
  compare: Compare;
  /** Empty for all. */
  property: string;
  /** All filters must hold. */
  filters: Filter[];
  /** The steps of the funnel, in order: paths and events. */
  steps: string[];
  chart: Series;
  leads: LeadsBy;
  touch: Touch;
  sources: Sources;
  pages: Pages;
  extras: Extras;
  /** An event and a key of its props, like `order.tea`; empty for the most frequent. */
  prop: string;
}

/** One comparison with a dimension's values; null stands for a missing value. */
export interface Filter {
  not: boolean;
  dimension: string;
  /** One of the values must match; null stands for a missing value. Several values are the hosts of one site. */
  values: (string | null)[];
}

/** Changes parts of a view. */
export type Change = (change: Partial<View>) => void;

/** Adds a filter to a view. */
export type AddFilter = (filter: Filter) => void;

/** The windows that can be chosen. An address may also name any other number of days that the service takes. */
export const WINDOWS = ['today', 'yesterday', '7', '30', '90', 'month', 'year', 'all', 'custom'] as const;
export type Window = (typeof WINDOWS)[number] | `${number}`;
const DEFAULT_WINDOW = '30';

export const COMPARES = ['true', 'year', 'false'] as const;
export type Compare = (typeof COMPARES)[number];

export const LEADS_BY = ['lead.source', 'lead.campaign', 'lead.landing_path', 'lead.form', 'lead.referrer_host'] as const;
export type LeadsBy = (typeof LEADS_BY)[number];

export const TOUCHES = ['first', 'capture'] as const;
export type Touch = (typeof TOUCHES)[number];

export const SERIES = ['uniqueVisitors', 'pageViews', 'sessions', 'newLeads'] as const;
export type Series = (typeof SERIES)[number];

export const SOURCES = [
  'traffic_source',
  'referrer_host',
  'utm_campaign',
  'utm_source',
  'utm_medium',
  'utm_term',
  'utm_content',
] as const;
export type Sources = (typeof SOURCES)[number];

export const PAGES = ['path', 'landing_path', 'exit_path'] as const;
export type Pages = (typeof PAGES)[number];

export const EXTRAS = ['outbound_click', 'file_download', 'scroll', 'props'] as const;
export type Extras = (typeof EXTRAS)[number];

const MAX_WINDOW_DAYS = 366;
/** The service takes 20, and a list of links or of props adds up to two of its own. */
const MAX_FILTERS = 18;
const MAX_STEPS = 8;

const DAY = /^\d{4}-\d\d-\d\d$/;
const DAY_MS = 86_400_000;

/** What an address may name: a period, or a number of days as the service takes it. */
const isWindow = (text: string | null): text is Window =>
  (text !== 'custom' && WINDOWS.includes(text as never)) || (/^[1-9]\d*$/.test(text ?? '') && Number(text) <= MAX_WINDOW_DAYS);

/** Dimensions whose values contain no comma. */
const LISTED = 'referrer_host';

/**
 * A filter as an address has it: `is:path:/pricing`, `is_not:utm_campaign` for a missing value, and
 * `is:referrer_host:google.ca,www.google.com`. The key of a prop may have a colon, which is written `%3A`.
 */
const filterOf = (text: string): Filter | undefined => {
  const [, is, written, value] = /^(is|is_not):([a-z_]+(?:\.[^:]+)?)(?::([^]*))?$/.exec(text) ?? [];
  const dimension = written?.replaceAll('%3A', ':').replaceAll('%25', '%');
  return dimension
    ? { not: is === 'is_not', dimension, values: value === undefined ? [null] : dimension === LISTED ? value.split(',') : [value] }
    : undefined;
};

const textOf = ({ not, dimension, values }: Filter): string =>
  `${not ? 'is_not' : 'is'}:${dimension.replaceAll('%', '%25').replaceAll(':', '%3A')}${values[0] === null ? '' : `:${values.join(',')}`}`;

export const isSame = (one: Filter, other: Filter): boolean => textOf(one) === textOf(other);

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
    compare: oneOf(COMPARES, params.get('compare')),
    property: params.get('property') ?? '',
    filters: params.getAll('f').map(filterOf).filter((each) => each !== undefined).slice(0, MAX_FILTERS),
    steps: params.getAll('step').slice(0, MAX_STEPS),
    chart: oneOf(SERIES, params.get('chart')),
    leads: oneOf(LEADS_BY, params.get('leads')),
    touch: oneOf(TOUCHES, params.get('touch')),
    sources: oneOf(SOURCES, params.get('sources')),
    pages: oneOf(PAGES, params.get('pages')),
    extras: oneOf(EXTRAS, params.get('extras')),
    prop: params.get('prop') ?? '',
  };
};

/** A view with a change. A goal belongs to one property, so a filter by a goal is dropped when the property changes. */
export const changed = (view: View, change: Partial<View>): View => {
  const next = { ...view, ...change };
  return next.property === view.property ? next : { ...next, filters: next.filters.filter(({ dimension }) => dimension !== 'goal') };
};

/** The query of an address that shows the view; defaults are left out. */
export const write = (view: View): string => {
  const params = new URLSearchParams();
  if (view.window === 'custom') {
    params.set('from', view.from);
    params.set('to', view.to);
  } else if (view.window !== DEFAULT_WINDOW) {
    params.set('window', view.window);
  }
  if (view.compare !== COMPARES[0]) {
    params.set('compare', view.compare);
  }
  if (view.property) {
    params.set('property', view.property);
  }
  view.filters.forEach((filter) => params.append('f', textOf(filter)));
  view.steps.forEach((step) => params.append('step', step));
  const chosen: [name: string, value: string, unless: string][] = [
    ['chart', view.chart, SERIES[0]],
    ['leads', view.leads, LEADS_BY[0]],
    ['touch', view.touch, TOUCHES[0]],
    ['sources', view.sources, SOURCES[0]],
    ['pages', view.pages, PAGES[0]],
    ['extras', view.extras, EXTRAS[0]],
    ['prop', view.prop, ''],
  ];
  chosen.filter(([, value, unless]) => value !== unless).forEach(([name, value]) => params.set(name, value));
  const query = params.toString();
  return query && `?${query}`;
};

/** Numbers of days that queries have a name for; a summary takes any number. */
const NAMED = ['7', '30'];

/** Whether the days of a window depend on which day is today at the site, which the page must know first. */
export const needsToday = ({ window }: View): boolean => window !== 'custom' && !NAMED.includes(window);

/**
 * The days of a period, if the service has no name for it.
 *
 * @param first the day of the first visit; empty if it is not known
 */
export const daysOf = (view: View, today: string, first: string): { from: string; to: string } | undefined => {
  switch (view.window) {
    case 'custom':
      return { from: view.from, to: view.to };
    case 'yesterday':
      return { from: plusDays(today, -1), to: plusDays(today, -1) };
    case 'month':
      return { from: `${today.slice(0, 8)}01`, to: today };
    case 'year':
      return { from: `${today.slice(0, 5)}01-01`, to: today };
    case 'all': {
      const earliest = plusDays(today, 1 - MAX_WINDOW_DAYS);
      return { from: first > earliest && first <= today ? first : earliest, to: today };
    }
    default:
      return undefined;
  }
};

/** The days as a query takes them. */
export const periodOf = (view: View, today: string, first: string): string | [string, string] => {
  const days = daysOf(view, today, first);
  if (days) {
    return [days.from, days.to];
  }
  if (view.window === 'today') {
    return 'today';
  }
  return NAMED.includes(view.window) ? `${view.window}d` : [plusDays(today, -Number(view.window)), plusDays(today, -1)];
};

/** The filters as the service takes them. */
export const asked = (filters: Filter[]): unknown[] =>
  filters.map(({ not, dimension, values }) => [not ? 'is_not' : 'is', dimension, values]);

/**
 * What the service is asked for: the days, the property and the filters. The service knows which day is today at the property.
 */
export const question = (view: View, today: string, first: string): Record<string, string> => ({
  ...(daysOf(view, today, first) ?? { window: view.window }),
  ...(view.property && { propertyId: view.property }),
  ...(view.filters.length > 0 && { filters: JSON.stringify(asked(view.filters)) }),
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
