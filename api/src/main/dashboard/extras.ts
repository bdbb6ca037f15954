import { post } from './api';
import { bars, barsFile, type Bar, tools } from './bars';
import { card } from './card';
import { foreign, h, segments } from './dom';
import type { Answer } from './figures';
import { bodyOf } from './loading';
import { keyOf, type Part } from './part';
import { propsOf } from './props';
import { EXTRAS, type Filter, type View } from './view';
import { format, words } from './words';

export const ROWS = 9;

/** What the tracker collects beside visits: links that lead away, files, how far pages were read, and the props of events. */
export const extrasCard = (change: (change: Partial<View>) => void, filter: (filter: Filter) => void): Part => {
  const picker = segments(
    { legend: words.breakdowns.choose(words.extras.heading), class: 'tabs' },
    EXTRAS.map((value) => ({ value, text: words.extras[value] })),
    (extras) => change({ extras }),
  );
  const made = card(words.extras.heading, { class: 'breakdown extras' }, picker.element);
  const asks = (view: View): string => `${keyOf(view)} ${view.extras} ${view.extras === 'props' ? view.prop : ''}`;
  return {
    card: made,
    asks,
    load: (view, signal) => {
      picker.choose(view.extras);
      switch (view.extras) {
        case 'props':
          return made.fill(asks(view), propsOf(view, signal), (show) => show(change, filter));
        case 'scroll':
          return made.fill(asks(view), readingOf(view, signal), ({ rows }) => reading(rows, filter));
        default:
          return made.fill(asks(view), clicksOf(view, signal), ({ rows }) => clicks(words.extras[view.extras], rows, filter));
      }
    },
  };
};

const ask = (view: View, signal: AbortSignal, metrics: string[], dimension: string, filters: unknown[]): Promise<Answer> => {
  const body = bodyOf(view);
  return post<Answer>(
    '/v1/metrics/query',
    { ...body, metrics, dimensions: [dimension], filters: [...body.filters, ...filters], limit: 100 },
    signal,
  );
};

/** Of links that lead away, and of files. */
const clicksOf = (view: View, signal: AbortSignal): Promise<Answer> =>
  ask(view, signal, ['visitors', 'events'], 'props.url', [['is', 'event_type', [view.extras]]]);

const readingOf = (view: View, signal: AbortSignal): Promise<Answer> =>
  ask(view, signal, ['visitors', 'scrollDepthPercent', 'avgEngagedTimeMs'], 'path', []);

/** The shown rows of an answer about a dimension, the longest bar for the most visitors. */
export const listOf = (
  label: string,
  heads: string[],
  rows: Answer['rows'],
  dimension: string,
  figures: (metrics: (number | null)[]) => Bar['figures'],
  filter: (filter: Filter) => void,
): HTMLElement[] => {
  if (!rows.length) {
    return [h('p', { class: 'quiet' }, words.empty.card)];
  }
  const most = Math.max(...rows.map(({ metrics }) => metrics[0] ?? 0));
  const all = rows.map(({ dimensions: [value = null], metrics }): Bar => ({
    value,
    name: foreign(value ?? words.breakdowns.none.device),
    share: (metrics[0] ?? 0) / most,
    figures: figures(metrics),
    filter: (not) => filter({ not, dimension, values: [value] }),
  }));
  return [bars(label, heads, all.slice(0, ROWS)), tools(barsFile(label, heads, all))];
};

const clicks = (label: string, rows: Answer['rows'], filter: (filter: Filter) => void): HTMLElement[] =>
  listOf(
    label,
    [words.breakdowns.visitors, words.extras.clicks],
    rows,
    'props.url',
    ([visitors, events]) => [
      [visitors, format.whole(visitors)],
      [events, format.whole(events)],
    ],
    filter,
  );

const reading = (rows: Answer['rows'], filter: (filter: Filter) => void): HTMLElement[] =>
  listOf(
    words.extras.scroll,
    [words.breakdowns.visitors, words.extras.depth, words.tiles.avgEngagedTimeMs],
    rows,
    'path',
    ([visitors, depth, engaged]) => {
      const share = depth === null || depth === undefined ? null : depth / 100;
      return [
        [visitors, format.whole(visitors)],
        [share, format.share(share)],
        [engaged, format.duration(engaged)],
      ];
    },
    filter,
  );
