import { h, withShare } from './dom';

export interface Bar {
  name: string | HTMLElement;
  /** How long the bar is, from 0 to 1. */
  share: number;
  figures: string[];
  /** What a click on the name does, if anything: with the Alt key, the opposite. */
  choose?: { label: string; filter: (not: boolean) => void } | undefined;
}

/** A name that filters the page. */
const button = (name: string | HTMLElement, { label, filter }: NonNullable<Bar['choose']>): HTMLElement =>
  h('button', { type: 'button', class: 'value', title: label, click: (event) => filter((event as MouseEvent).altKey) }, name);

/** A short list of values with a bar behind each and figures beside it. */
export const bars = (label: string, heads: string[], rows: Bar[], foot?: HTMLElement): HTMLElement =>
  h(
    'table',
    { class: 'bars' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col' }, h('span', { class: 'unseen' }, label)),
        ...heads.map((head) => h('th', { scope: 'col' }, head)),
      ),
    ),
    h(
      'tbody',
      {},
      ...rows.map(({ name, share, figures, choose }) =>
        h(
          'tr',
          {},
          withShare(h('th', { scope: 'row' }, choose ? button(name, choose) : h('span', { class: 'value' }, name)), share),
          ...figures.map((figure) => h('td', {}, figure)),
        ),
      ),
    ),
    foot,
  );
