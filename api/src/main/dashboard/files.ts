import { csv, type FileValue } from './csv';
import { h } from './dom';
import { words } from './words';

/** Saves a file that is in memory. */
export const save = (content: Blob, name: string): void => {
  const url = URL.createObjectURL(content);
  h('a', { href: url, download: name }).click();
  URL.revokeObjectURL(url);
};

/** A button that saves the rows of a table as CSV. */
export const csvButton = (of: string, heads: string[], rows: () => FileValue[][]): HTMLElement =>
  h(
    'button',
    {
      type: 'button',
      class: 'plain csv',
      'aria-label': words.breakdowns.csvOf(of),
      // The mark lets spreadsheets read UTF-8.
      click: () => save(new Blob(['\ufeff', csv(heads, rows())], { type: 'text/csv' }), `${fileName(of)}.csv`),
    },
    'CSV',
  );

const fileName = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
