import { post } from './api';
import { bars } from './bars';
import { card, type Filled } from './card';
import { today } from './clock';
import { foreign, h, segments } from './dom';
import type { Answer } from './figures';
import { asked, EXTRAS, type Extras, type Filter, periodOf, type View } from './view';
import { format, words } from './words';

const ROWS = 9;

/** What the tracker collects beside visits: links that lead away, files, and how far pages were read. */
export const extrasCard = (change: (change: Partial<View>) => void, filter: (filter: Filter) => void) => {
  const picker = segments(
    { legend: words.breakdowns.choose(words.extras.heading), class: 'tabs' },
    EXTRAS.map((value) => ({ value, text: words.extras[value] })),
    (extras) => change({ extras }),
  );
  const made = card(words.extras.heading, { class: 'breakdown extras' }, picker.element);
  return {
    card: made,
    load: (key: string, view: View, signal: AbortSignal): Promise<Filled> => {
      picker.choose(view.extras);
      return made.fill(`${key} ${view.extras}`, answerOf(view, signal), ({ rows }) => content(view.extras, rows, filter));
    },
  };
};

const answerOf = (view: View, signal: AbortSignal): Promise<Answer> => {
  const isScroll = view.extras === 'scroll';
  return post<Answer>(
    '/v1/metrics/query',
    {
      ...(view.property && { propertyId: view.property }),
      dateRange: periodOf(view, today()),
      metrics: isScroll ? ['visitors', 'scrollDepthPercent', 'avgEngagedTimeMs'] : ['visitors', 'events'],
      dimensions: [isScroll ? 'path' : 'props.url'],
      filters: [...asked(view.filters), ...(isScroll ? [] : [['is', 'event_type', [view.extras]]])],
      limit: ROWS,
    },
    signal,
  );
};

const content = (extras: Extras, rows: Answer['rows'], filter: (filter: Filter) => void): HTMLElement[] => {
  if (!rows.length) {
    return [h('p', { class: 'quiet' }, words.empty.card)];
  }
  const isScroll = extras === 'scroll';
  const most = Math.max(...rows.map(({ metrics }) => metrics[0] ?? 0));
  return [
    bars(
      words.extras[extras],
      isScroll ? [words.breakdowns.visitors, words.extras.depth, words.tiles.avgEngagedTimeMs] : [words.breakdowns.visitors, words.extras.clicks],
      rows.map(({ dimensions: [value = null], metrics: [visitors, second, third] }) => ({
        name: foreign(value ?? '–'),
        share: (visitors ?? 0) / most,
        figures: isScroll
          ? [format.whole(visitors), format.share(second === null || second === undefined ? null : second / 100), format.duration(third)]
          : [format.whole(visitors), format.whole(second)],
        choose: {
          label: words.filters.by,
          filter: (not: boolean) => filter({ not, dimension: isScroll ? 'path' : 'props.url', value }),
        },
      })),
    ),
  ];
};
