import { h } from './dom';
import { dimensionName, name } from './values';
import type { Change, Filter } from './view';
import { words } from './words';

/** The filters of a view: each can be reversed, and removed by a click or by Backspace. */
export const chips = (change: Change) => {
  const list = h('ul', { class: 'chips', 'aria-label': words.filters.label, hidden: true });
  const chip = (filters: Filter[], filter: Filter, i: number): HTMLElement => {
    const { not, dimension, values } = filter;
    const remove = (): void => {
      change({ filters: filters.filter((each) => each !== filter) });
      const rest = list.querySelectorAll<HTMLElement>('.remove');
      (rest[Math.min(i, rest.length - 1)] ?? document.querySelector<HTMLElement>('#figures'))?.focus();
    };
    const turn = (): void => {
      change({ filters: filters.map((each) => (each === filter ? { ...filter, not: !not } : each)) });
      list.querySelectorAll<HTMLElement>('.turn')[i]?.focus();
    };
    const what = dimensionName(dimension);
    return h(
      'li',
      {
        keydown: (event) => {
          if ((event as KeyboardEvent).key === 'Backspace') {
            remove();
          }
        },
      },
      h('span', {}, what),
      h(
        'button',
        { type: 'button', class: 'turn', title: words.filters.turn, click: turn },
        not ? words.filters.isNot : words.filters.is,
      ),
      h('b', {}, ...values.flatMap((value, i) => [i > 0 && ', ', name(dimension, value)])),
      h('button', { type: 'button', class: 'remove', 'aria-label': words.filters.remove(what), click: remove }, '×'),
    );
  };
  const removeAll = (): void => {
    change({ filters: [] });
    document.querySelector<HTMLElement>('#figures')?.focus();
  };
  return {
    element: list,
    show: (filters: Filter[]): void => {
      list.hidden = filters.length === 0;
      list.replaceChildren(
        ...filters.map((filter, i) => chip(filters, filter, i)),
        ...(filters.length > 1
          ? [h('li', { class: 'all' }, h('button', { type: 'button', class: 'plain', click: removeAll }, words.filters.clear))]
          : []),
      );
    },
  };
};
