import { h } from './dom';

export type Cell = string | Node;

export interface Rows {
  /** What these rows have in common, where there are others. */
  heading?: string;
  rows: Cell[][];
}

const row = (cells: Cell[]): HTMLElement =>
  h('tr', {}, ...cells.map((cell, i) => (i ? h('td', {}, cell) : h('th', { scope: 'row' }, cell))));

/** Figures in rows, in a frame that scrolls and that the keyboard can scroll. */
export const table = (label: string, heads: string[], ...groups: Rows[]): HTMLElement =>
  h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label },
    h(
      'table',
      { class: 'figures' },
      h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', { scope: 'col' }, head)))),
      ...groups
        .filter(({ rows }) => rows.length)
        .map(({ heading, rows }) =>
          h(
            'tbody',
            {},
            heading !== undefined && h('tr', {}, h('th', { scope: 'rowgroup', colspan: heads.length }, heading)),
            ...rows.map(row),
          ),
        ),
    ),
  );
