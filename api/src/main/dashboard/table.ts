import { h } from './dom';

export type Cell = string | Node;

export interface Rows {
  /** The heading of these rows, if there are other groups. */
  heading?: string;
  rows: Cell[][];
}

/** If there is no room for columns, the style shows each cell's head beside it. */
const row = (cells: Cell[], heads: string[]): HTMLElement =>
  h('tr', {}, ...cells.map((cell, i) => (i ? h('td', { 'data-head': heads[i] }, cell) : h('th', { scope: 'row' }, cell))));

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
            ...rows.map((cells) => row(cells, heads)),
          ),
        ),
    ),
  );
