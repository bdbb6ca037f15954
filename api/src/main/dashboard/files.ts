import { csv, type FileValue } from './csv';
import { h } from './dom';
import { showProblem } from './notice';
import { words } from './words';

/** Saves a file that is in memory. */
export const save = (content: Blob, name: string): void => {
  const url = URL.createObjectURL(content);
  h('a', { href: url, download: name }).click();
  URL.revokeObjectURL(url);
};

/** Saves a table: the byte order mark makes spreadsheets read UTF-8. */
export const saveCsv = (rows: string | Blob, name: string): void =>
  save(new Blob(['\ufeff', rows], { type: 'text/csv' }), `${name}.csv`);

/** A button that saves the rows of a table as CSV once they are loaded. A failure is shown above the table. */
export const csvButton = (of: string, heads: string[], rows: () => FileValue[][] | Promise<FileValue[][]>): HTMLElement => {
  const button = h(
    'button',
    {
      type: 'button',
      class: 'plain csv',
      'aria-label': words.breakdowns.csvOf(of),
      click: async () => {
        try {
          saveCsv(csv(heads, await rows()), fileName(of));
        } catch (failure) {
          showProblem(button.closest('.body')!, failure);
        }
      },
    },
    'CSV',
  );
  return button;
};

const fileName = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
