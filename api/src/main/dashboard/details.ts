import { ask, fetched } from './api';
import { load, showDialog } from './dialog';
import { h } from './dom';
import type { Breakdown, Dimension, Sums } from './figures';
import { saveCsv } from './files';
import { showProblem } from './notice';
import { table } from './table';
import { name } from './values';
import { format, words } from './words';

/** The most rows that the service gives. */
export const MAX_ROWS = '500';

/** Whether there are more values than the answer has rows. */
export const isCutOff = ({ other }: Breakdown): boolean => (Object.values(other) as number[]).some((sum) => sum > 0);

/** Saves all rows that the service gives for the dimension, as a file. */
const download = async (dimension: Dimension, params: Record<string, string>): Promise<void> => {
  const query = new URLSearchParams({ ...params, limit: MAX_ROWS });
  const blob = await fetched(`/v1/metrics/breakdown?${query}`, { headers: { accept: 'text/csv' } }, (response) => response.blob());
  saveCsv(blob, dimension);
};

/** Every value of a dimension with every figure, in a dialog. */
export const detailsDialog = (dimension: Dimension, params: Record<string, string>): Promise<void> => {
  const body = h('div', { class: 'body' });
  const csv = h(
    'button',
    {
      type: 'button',
      class: 'plain csv',
      'aria-label': words.breakdowns.csv,
      click: () => download(dimension, params).catch((failure) => showProblem(body, failure)),
    },
    'CSV',
  );
  return load(showDialog('details', words.breakdowns[dimension], [csv], body), body, async () => {
    const breakdown = await ask<Breakdown>('/v1/metrics/breakdown', { ...params, limit: MAX_ROWS });
    const unknown = breakdown.rows.some(({ visitors }) => visitors === null);
    return [content(dimension, breakdown), ...(unknown ? [h('p', { class: 'quiet' }, words.breakdowns.noVisitors)] : [])];
  });
};

const figures = (sums: Partial<Sums>): string[] => [
  format.whole(sums.visitors),
  format.whole(sums.pageViews),
  format.whole(sums.sessions),
  format.whole(sums.conversions),
  format.share(sums.sessions && sums.conversions != null ? sums.conversions / sums.sessions : null),
];

const content = (dimension: Dimension, breakdown: Breakdown): HTMLElement => {
  const { rows, other, total } = breakdown;
  const { visitors, pageViews, sessions, conversions, rate } = words.breakdowns;
  return table(
    words.breakdowns[dimension],
    [words.breakdowns[dimension], visitors, pageViews, sessions, conversions, rate],
    { rows: rows.map((row) => [name(dimension, row.value), ...figures(row)]) },
    {
      rows: [
        ...(isCutOff(breakdown) ? [[words.breakdowns.other, ...figures(other)]] : []),
        [words.breakdowns.total, ...figures(total)],
      ],
    },
  );
};
