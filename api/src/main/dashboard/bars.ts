import { h, plainText, withShare } from './dom';
import { csvButton } from './files';
import { menuButton, type MenuItem } from './menu';
import { words } from './words';

/** A figure: the counted value, for a file, and the shown text. */
export type Figure = readonly [value: number | null | undefined, shown: string | Element];

export interface Bar {
  /** The value as it was stored, for a file. */
  value: string | null;
  name: string | HTMLElement;
  /** The length of the bar, from 0 to 1. For `firstBars`, which scales it, it may have any unit. */
  share: number;
  figures: Figure[];
  /** Filters by the row, when its name is clicked; `not` leaves the row out, and is set if the Alt key is down. */
  filter?: ((not: boolean) => void) | undefined;
  /** Further actions on the row. */
  more?: MenuItem[] | undefined;
  /** The parts of the row, one level down. */
  parts?: Bar[] | undefined;
}

/** A name that filters the page. */
const nameOf = ({ name, filter }: Bar): HTMLElement =>
  filter
    ? h(
        'button',
        { type: 'button', class: 'value', title: words.filters.by, click: (event) => filter((event as MouseEvent).altKey) },
        name,
      )
    : h('span', { class: 'value' }, name);

const menuOf = ({ name, filter, more = [] }: Bar): HTMLElement | undefined => {
  const label = words.filters.menu(plainText(name));
  const items = filter
    ? [
        { text: words.filters.only, run: () => filter(false) },
        { text: words.filters.without, run: () => filter(true) },
        ...more,
      ]
    : more;
  if (!items.length) {
    return undefined;
  }
  const button = menuButton(label, items);
  button.classList.toggle('needed', more.length > 0);
  return button;
};

/** A button that shows the parts of a row below it, and hides them. */
const opener = (bar: Bar): HTMLElement => {
  let shown: HTMLElement[] = [];
  const button = h('button', {
    type: 'button',
    class: 'opener',
    'aria-expanded': 'false',
    'aria-label': words.breakdowns.parts(plainText(bar.name)),
    click: () => {
      shown.forEach((part) => part.remove());
      shown = shown.length ? [] : (bar.parts ?? []).map((part) => row(part, 'part'));
      button.closest('tr')?.after(...shown);
      button.setAttribute('aria-expanded', String(shown.length > 0));
    },
  });
  return button;
};

const row = (bar: Bar, style = ''): HTMLElement =>
  h(
    'tr',
    { class: style },
    withShare(
      h('th', { scope: 'row' }, bar.parts ? h('div', { class: 'site' }, nameOf(bar), opener(bar)) : nameOf(bar), menuOf(bar)),
      bar.share,
    ),
    ...bar.figures.map(([, shown]) => h('td', {}, shown)),
  );

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
    h('tbody', {}, ...rows.map((each) => row(each))),
    foot,
  );

/** How many values a card shows. */
const SHOWN = 9;

/** The first rows of a longer list, scaled so that the largest share has a full bar. */
export const firstBars = (label: string, heads: string[], all: Bar[]): HTMLElement => {
  const shown = all.slice(0, SHOWN);
  const most = Math.max(1, ...shown.map(({ share }) => share));
  const sized = (each: Bar): Bar => ({ ...each, share: each.share / most, parts: each.parts?.map(sized) });
  return bars(label, heads, shown.map(sized));
};

/**
 * A button that saves all rows of such a list.
 *
 * @param rows the loaded rows, or a function that loads all of them
 */
export const barsFile = (label: string, heads: string[], rows: Bar[] | (() => Promise<Bar[]>)): HTMLElement =>
  csvButton(label, [label, ...heads], async () =>
    (typeof rows === 'function' ? await rows() : rows)
      .flatMap((each) => each.parts ?? [each])
      .map(({ value, figures }) => [value, ...figures.map(([figure]) => figure)]),
  );

/** The actions on a whole list, shown below it. */
export const tools = (...buttons: (HTMLElement | undefined)[]): HTMLElement =>
  h('p', { class: 'tools' }, ...buttons.filter((button) => button !== undefined));
