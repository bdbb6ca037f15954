import { barsFile, type Bar, firstBars, tools } from './bars';
import { h } from './dom';
import { bodyOf, type Found, found } from './loading';
import { name } from './values';
import type { Filter, View } from './view';
import { words } from './words';

/** The figures of a dimension in a view, with additional filters. */
export const valuesOf = (view: View, signal: AbortSignal, metrics: string[], dimension: string, filters: unknown[]): Promise<Found> => {
  const body = bodyOf(view);
  return found({ ...body, metrics, dimensions: [dimension], filters: [...body.filters, ...filters] }, signal);
};

/** The first rows of an answer about a dimension, the longest bar for the most visitors, and a file of all. */
export const listOf = (
  label: string,
  heads: string[],
  { rows, all }: Found,
  dimension: string,
  figures: (metrics: (number | null)[]) => Bar['figures'],
  filter: (filter: Filter) => void,
): HTMLElement[] => {
  if (!rows.length) {
    return [h('p', { class: 'quiet' }, words.empty.card)];
  }
  const bar = ({ dimensions: [value = null], metrics }: Found['rows'][number]): Bar => ({
    value,
    name: name(dimension, value),
    share: metrics[0] ?? 0,
    figures: figures(metrics),
    filter: (not) => filter({ not, dimension, values: [value] }),
  });
  return [
    firstBars(label, heads, rows.map(bar)),
    tools(barsFile(label, heads, async () => (await all()).map(bar))),
  ];
};
