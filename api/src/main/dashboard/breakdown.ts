import { ask } from './api';
import { bars } from './bars';
import { card, type Card, type Filled } from './card';
import { detailsDialog } from './details';
import { h, segments } from './dom';
import type { Added, Breakdown, Dimension, Row, Sums } from './figures';
import { name } from './values';
import type { Filter } from './view';
import { format, words } from './words';

/** How many values a card shows; all of them are in its details. */
const ROWS = 9;
/** More than shown: the service sorts by visitors, some cards by sessions. */
const ASKED = '50';

export interface BreakdownCard {
  card: Card;
  /** @param asked the window and the property, as a key of this question */
  load: (asked: string, dimension: Dimension, params: Record<string, string>, signal: AbortSignal) => Promise<Filled>;
}

/** One dimension, or one of several at a time, with a bar behind each value. */
export const breakdownCard = (
  heading: string,
  dimensions: readonly Dimension[],
  filter: (filter: Filter) => void,
  choose?: (dimension: Dimension) => void,
): BreakdownCard => {
  const picker =
    dimensions.length > 1
      ? segments(
          { legend: words.breakdowns.choose(heading), class: 'tabs' },
          dimensions.map((value) => ({ value, text: words.breakdowns[value] })),
          (value) => choose?.(value),
        )
      : undefined;
  const made = card(heading, { class: 'breakdown' }, ...(picker ? [picker.element] : []));
  return {
    card: made,
    load: (asked, dimension, params, signal) => {
      picker?.choose(dimension);
      made.element.dataset.dimension = dimension;
      const all = { ...params, dimension };
      return made.fill(
        `${asked} ${dimension}`,
        ask<Breakdown>('/v1/metrics/breakdown', { ...all, limit: ASKED }, signal),
        (breakdown) => content(dimension, breakdown, all, filter),
      );
    },
  };
};

interface Columns {
  heads: [string, string];
  /** The length of the bar, and the order of the rows. */
  weigh: (row: Sums) => number;
  /** What stands beside it. */
  beside: (row: Row, total: Added) => string;
}

const { breakdowns } = words;

/**
 * What a card shows of a dimension. Shares of sessions add up to 100 %; a visitor can see two pages, so visitors have no share.
 */
const columnsOf = (dimension: Dimension): Columns => {
  switch (dimension) {
    case 'path':
      return {
        heads: [breakdowns.visitors, breakdowns.pageViews],
        weigh: ({ visitors, pageViews }) => visitors ?? pageViews,
        beside: ({ pageViews }) => format.whole(pageViews),
      };
    case 'event_type':
      return {
        heads: [breakdowns.visitors, breakdowns.sessions],
        weigh: ({ visitors, sessions }) => visitors ?? sessions,
        beside: ({ sessions }) => format.whole(sessions),
      };
    case 'goal':
      return {
        heads: [breakdowns.conversions, breakdowns.rate],
        weigh: ({ conversions }) => conversions,
        beside: ({ sessions, conversions }) => format.share(sessions ? conversions / sessions : null),
      };
    case 'landing_path':
      return {
        heads: [breakdowns.sessions, breakdowns.rate],
        weigh: ({ sessions }) => sessions,
        beside: ({ sessions, conversions }) => format.share(sessions ? conversions / sessions : null),
      };
    default:
      return {
        heads: [breakdowns.sessions, '%'],
        weigh: ({ sessions }) => sessions,
        beside: ({ sessions }, total) => format.share(total.sessions ? sessions / total.sessions : null),
      };
  }
};

const content = (
  dimension: Dimension,
  { rows, total }: Breakdown,
  params: Record<string, string>,
  filter: (filter: Filter) => void,
): Node[] => {
  const { heads, weigh, beside } = columnsOf(dimension);
  // Most sessions have no campaign and no referrer: they would be all that such a list shows.
  const isMarked = dimension.startsWith('utm_') || dimension === 'referrer_host';
  const shown = rows
    .filter(({ value }) => !(isMarked && value === null))
    .sort((one, other) => weigh(other) - weigh(one))
    .slice(0, ROWS);
  if (!shown.length) {
    return [h('p', { class: 'quiet' }, words.empty.card)];
  }
  if (dimension === 'country' && rows.every(({ value }) => value === null)) {
    return [h('p', { class: 'quiet' }, words.empty.countries)];
  }
  const most = Math.max(...shown.map(weigh));
  return [
    bars(
      breakdowns[dimension],
      heads,
      shown.map((row) => ({
        name: name(dimension, row.value),
        share: weigh(row) / most,
        figures: [format.whole(weigh(row)), beside(row, total)],
        choose: { label: words.filters.by, filter: (not: boolean) => filter({ not, dimension, value: row.value }) },
      })),
    ),
    h(
      'button',
      {
        type: 'button',
        class: 'plain details',
        'aria-label': breakdowns.detailsOf(breakdowns[dimension]),
        click: () => void detailsDialog(dimension, params),
      },
      breakdowns.details,
    ),
  ];
};
