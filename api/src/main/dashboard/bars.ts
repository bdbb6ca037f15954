import { h, withShare } from './dom';

export interface Bar {
  name: string | HTMLElement;
  /** How long the bar is, from 0 to 1. */
  share: number;
  figures: [string, string];
}

/** A short list of values with a bar behind each and two figures beside it. */
export const bars = (label: string, heads: [string, string], rows: Bar[], foot?: HTMLElement): HTMLElement =>
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
      ...rows.map(({ name, share, figures }) =>
        h(
          'tr',
          {},
          withShare(h('th', { scope: 'row' }, h('span', { class: 'value' }, name)), share),
          ...figures.map((figure) => h('td', {}, figure)),
        ),
      ),
    ),
    foot,
  );
