import { firstDay } from './clock';
import { h } from './dom';
import type { Freshness, Summary } from './figures';
import type { View } from './view';
import { format, words } from './words';

/** At most this many missing days are listed. */
const GAPS = 5;

/**
 * Which days are shown, what they are compared with, and how fresh the figures are.
 *
 * @param reload asks for all figures again
 */
export const headingOf = (reload: () => void) => {
  const heading = h('h1', { tabindex: -1, id: 'figures' }, words.title);
  const compared = h('p', { class: 'compared' });
  const asOf = h('span', {});
  const warning = h('p', { class: 'warning', hidden: true });
  const refresh = h('button', { type: 'button', class: 'plain', click: reload }, words.refresh);

  const showFreshness = ({ rolledUpThrough, rolledUpAt, lagDays, gaps, generatedAt }: Freshness, isRaw: boolean): void => {
    const at = isRaw ? generatedAt : rolledUpAt;
    asOf.textContent = at ? words.fresh.asOf(format.moment(at)) : words.fresh.never;
    const late = rolledUpThrough !== null && lagDays !== null && lagDays > 1;
    const faults = [
      late && words.fresh.behind(format.day(rolledUpThrough), format.dayCount(lagDays)),
      gaps?.length && words.fresh.gaps(format.list(gaps.slice(0, GAPS).map(format.day)), gaps.length - GAPS),
    ].filter(Boolean);
    warning.hidden = !faults.length;
    warning.textContent = faults.join(' ');
  };

  return {
    element: h('div', { class: 'about' }, heading, compared, h('p', { class: 'fresh' }, asOf, refresh)),
    warning,
    focus: (): void => heading.focus(),
    text: (): string => heading.textContent ?? '',
    /** @param since the day of the first visit, if it lies in the window */
    show: ({ window, compareTo, freshness, from }: Summary, view: View, since: string | undefined): void => {
      // Chosen days may have ended long ago.
      heading.textContent =
        since && view.window !== 'custom' ? words.picker.since(format.day(since)) : format.days(since ?? window.from, window.to);
      const first = firstDay();
      const isCut = view.window === 'all' && first !== '' && first < window.from;
      compared.textContent = isCut
        ? words.picker.cut(format.day(first))
        : compareTo && !since
          ? words.picker.comparedWith(format.days(compareTo.from, compareTo.to))
          : '';
      showFreshness(freshness, from === 'raw');
    },
    clear: (): void => {
      heading.textContent = words.title;
      compared.textContent = '';
      asOf.textContent = '';
      warning.hidden = true;
    },
  };
};
