import { card } from './card';
import { segments } from './dom';
import type { ListedRows } from './loading';
import { keyOf, type Part } from './part';
import { propsOf } from './props';
import { listOf, valuesOf } from './valuelist';
import { type AddFilter, type Change, EXTRAS, type View } from './view';
import { format, words } from './words';

/**
 * What the tracker collects besides visits: outbound links, downloads, how far pages were read, and the props of
 * events.
 */
export const extrasCard = (change: Change, filter: AddFilter): Part => {
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
          return made.fill(asks(view), readingOf(view, signal), (pages) => reading(pages, filter));
        default:
          return made.fill(asks(view), clicksOf(view, signal), (links) => clicks(words.extras[view.extras], links, filter));
      }
    },
  };
};

/** The list of outbound links or of downloads. */
const clicksOf = (view: View, signal: AbortSignal): Promise<ListedRows> =>
  valuesOf(view, signal, ['visitors', 'events'], 'props.url', [['is', 'event_type', [view.extras]]]);

const readingOf = (view: View, signal: AbortSignal): Promise<ListedRows> =>
  valuesOf(view, signal, ['visitors', 'scrollDepthPercent', 'avgEngagedTimeMs'], 'path', []);

const clicks = (label: string, links: ListedRows, filter: AddFilter): HTMLElement[] =>
  listOf(
    label,
    [words.breakdowns.visitors, words.extras.clicks],
    links,
    'props.url',
    ([visitors, events]) => [
      [visitors, format.whole(visitors)],
      [events, format.whole(events)],
    ],
    filter,
  );

const reading = (pages: ListedRows, filter: AddFilter): HTMLElement[] =>
  listOf(
    words.extras.scroll,
    [words.breakdowns.visitors, words.extras.depth, words.tiles.avgEngagedTimeMs],
    pages,
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
