import { barsFile, type Bar, firstBars, tools } from './bars';
import { h } from './dom';
import { bodyOf, type ListedRows, listedRows } from './loading';
import { name } from './values';
import type { AddFilter, View } from './view';
import { words } from './words';

/** The figures of a dimension in a view, with additional filters. */
export const valuesOf = (view: View, signal: AbortSignal, metrics: string[], dimension: string, filters: unknown[]): Promise<ListedRows> => {
  const body = bodyOf(view);
  return listedRows({ ...body, metrics, dimensions: [dimension], filters: [...body.filters, ...filters] }, signal);
};

/** The first rows of an answer about a dimension, the longest bar for the most visitors, and a file of all. */
export const listOf = (
  label: string,
  heads: string[],
  { rows, all }: ListedRows,
  dimension: string,
  figures: (metrics: (number | null)[]) => Bar['figures'],
  filter: AddFilter,
): HTMLElement[] => {
  if (!rows.length) {
    return [h('p', { class: 'quiet' }, words.empty.card)];
  }
  const bar = ({ dimensions: [value = null], metrics }: ListedRows['rows'][number]): Bar => ({
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
