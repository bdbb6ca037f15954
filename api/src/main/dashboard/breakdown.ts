import { ask } from './api';
import { barsFile, type Bar, firstBars, tools } from './bars';
import { card } from './card';
import { detailsDialog, isCutOff, MAX_ROWS } from './details';
import { h, segments } from './dom';
import type { Added, Breakdown, Dimension, Row, Sums } from './figures';
import { paramsOf } from './loading';
import { keyOf, type Part } from './part';
import { bySite } from './sites';
import { name } from './values';
import type { AddFilter, View } from './view';
import { format, words } from './words';

/**
 * More rows than are shown: the service sorts by sessions, but pages are sorted by views, and hosts of one site become one row.
 */
const ASKED = '50';

/** What a click in a breakdown can do. */
export interface RowActions {
  filter: AddFilter;
  /** Makes a goal from a page or an event; undefined where that is not possible. */
  goal: (dimension: string, value: string) => (() => void) | undefined;
}

/**
 * One dimension, or one of several at a time, with a bar behind each value.
 *
 * @param of the dimension that a view shows
 */
export const breakdownCard = (
  heading: string,
  dimensions: readonly Dimension[],
  of: (view: View) => Dimension,
  actions: RowActions,
  choose?: (dimension: Dimension) => void,
): Part => {
  const picker =
    dimensions.length > 1
      ? segments(
          { legend: words.breakdowns.choose(heading), class: 'tabs' },
          dimensions.map((value) => ({ value, text: words.breakdowns[value] })),
          (value) => choose?.(value),
        )
      : undefined;
  const made = card(heading, { class: 'breakdown' }, ...(picker ? [picker.element] : []));
  const asks = (view: View): string => `${keyOf(view)} ${of(view)}`;
  return {
    card: made,
    asks,
    load: (view, signal) => {
      const dimension = of(view);
      picker?.choose(dimension);
      made.element.dataset.dimension = dimension;
      const params = { ...paramsOf(view), dimension };
      return made.fill(asks(view), ask<Breakdown>('/v1/metrics/breakdown', { ...params, limit: ASKED, visitors: 'false' }, signal), (breakdown) =>
        content(dimension, breakdown, params, actions),
      );
    },
  };
};

interface Columns {
  heads: [string, string];
  /** Decides the length of the bar and the order of the rows. */
  weigh: (row: Sums) => number;
  /** The figures beside the bar. */
  beside: (row: Sums, total: Added) => readonly [number | null, string];
}

const { breakdowns } = words;

const share = (part: number | null | undefined, whole: number | undefined): readonly [number | null, string] => {
  const value = whole && part != null ? part / whole : null;
  return [value, format.share(value)];
};

/**
 * What a card shows of a dimension: only figures that the service has for any window. Shares of sessions add up to 100 %. A
 * session can see several pages, so a page has no share of the sessions.
 */
const columnsOf = (dimension: Dimension): Columns => {
  switch (dimension) {
    case 'path':
      return {
        heads: [breakdowns.pageViews, breakdowns.sessions],
        weigh: ({ pageViews }) => pageViews,
        beside: ({ sessions }) => [sessions, format.whole(sessions)],
      };
    case 'event_type':
      return {
        heads: [breakdowns.sessions, breakdowns.conversions],
        weigh: ({ sessions }) => sessions,
        beside: ({ conversions }) => [conversions, format.whole(conversions)],
      };
    case 'landing_path':
      return {
        heads: [breakdowns.sessions, breakdowns.rate],
        weigh: ({ sessions }) => sessions,
        beside: ({ sessions, conversions }) => share(conversions, sessions),
      };
    default:
      return {
        heads: [breakdowns.sessions, '%'],
        weigh: ({ sessions }) => sessions,
        beside: ({ sessions }, total) => share(sessions, total.sessions),
      };
  }
};

/** The sums of several rows. How many different visitors they have together is not known. */
const added = (rows: Row[]): Sums => ({
  visitors: rows.length === 1 ? rows[0]!.visitors : null,
  pageViews: rows.reduce((sum, row) => sum + row.pageViews, 0),
  sessions: rows.reduce((sum, row) => sum + row.sessions, 0),
  conversions: rows.reduce<number | null>((sum, row) => (sum === null || row.conversions === null ? null : sum + row.conversions), 0),
});

/** The rows of an answer; none where the dimension has no values. */
const barsOf = (dimension: Dimension, { rows, total }: Breakdown, { filter, goal }: RowActions): Bar[] => {
  const { weigh, beside } = columnsOf(dimension);
  // Most sessions have no campaign and no referrer. They are left out, since they would dominate the list.
  const isMarked = dimension.startsWith('utm_') || dimension === 'referrer_host';
  const kept = rows.filter(({ value }) => !(isMarked && value === null));
  const bar = (group: Row[], site: string | undefined): Bar => {
    const sums = added(group);
    const value = group[0]!.value;
    const makeGoal = site === undefined && value !== null ? goal(dimension, value) : undefined;
    return {
      value,
      name: site ?? name(dimension, value),
      share: weigh(sums),
      figures: [[weigh(sums), format.whole(weigh(sums))], beside(sums, total)],
      filter: (not) => filter({ not, dimension, values: group.map((row) => row.value) }),
      more: makeGoal && [{ text: words.goal.make, run: makeGoal }],
    };
  };
  return bySite(kept, weigh, bar);
};

/** All rows for a file. Values that even the longest answer leaves out become one row at the end. */
const allBars = async (dimension: Dimension, params: Record<string, string>, actions: RowActions): Promise<Bar[]> => {
  const { weigh, beside } = columnsOf(dimension);
  const breakdown = await ask<Breakdown>('/v1/metrics/breakdown', { ...params, limit: MAX_ROWS, visitors: 'false' });
  const other = breakdown.other as Sums;
  const rest: Bar = { value: breakdowns.other, name: '', share: 0, figures: [[weigh(other), ''], beside(other, breakdown.total)] };
  return [...barsOf(dimension, breakdown, actions), ...(isCutOff(breakdown) ? [rest] : [])];
};

const content = (dimension: Dimension, breakdown: Breakdown, params: Record<string, string>, actions: RowActions): Node[] => {
  const { heads } = columnsOf(dimension);
  const all = barsOf(dimension, breakdown, actions);
  if (!all.length) {
    return [h('p', { class: 'quiet' }, words.empty.card)];
  }
  if (dimension === 'country' && all.every(({ value }) => value === null)) {
    return [h('p', { class: 'quiet' }, words.empty.countries)];
  }
  return [
    firstBars(breakdowns[dimension], heads, all),
    tools(
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
      barsFile(breakdowns[dimension], heads, isCutOff(breakdown) ? () => allBars(dimension, params, actions) : all),
    ),
  ];
};
