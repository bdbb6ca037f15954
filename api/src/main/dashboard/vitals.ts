import { type Band, bandOf, BOUNDS } from './bands';
import { h } from './dom';
import type { Percentiles, Vital } from './figures';
import { csvButton } from './files';
import { format, words } from './words';

/** A sign beside the word, for readers who do not see its colour. */
const SIGNS: Record<Band, string> = { good: '●', fair: '▲', poor: '■' };

const writeOf = (vital: Vital) => (vital === 'clsScore' ? format.score : format.millis);

const cell = (vital: Vital, value: number | null): HTMLElement => {
  const write = writeOf(vital);
  if (value === null) {
    return h('td', {}, write(null));
  }
  const band = bandOf(vital, value);
  return h(
    'td',
    { class: band },
    h('b', {}, write(value)),
    h('span', { class: 'band' }, h('span', { 'aria-hidden': 'true' }, `${SIGNS[band]} `), words.vitals.bands[band]),
  );
};

/** How fast pages were for their visitors. */
export const vitals = (measured: Record<Vital, Percentiles>): HTMLElement[] => {
  const all = Object.keys(BOUNDS) as Vital[];
  if (all.every((vital) => measured[vital].p75 === null)) {
    return [h('p', { class: 'quiet' }, words.empty.card)];
  }
  return [
    h(
      'table',
      { class: 'vitals' },
      h(
        'thead',
        {},
        h('tr', {}, ...[words.vitals.measure, 'p75', 'p95'].map((head) => h('th', { scope: 'col' }, head))),
      ),
      h(
        'tbody',
        {},
        ...all.map((vital) => {
          const write = writeOf(vital);
          const [good, poor] = BOUNDS[vital];
          return h(
            'tr',
            { 'data-vital': vital },
            h(
              'th',
              { scope: 'row' },
              h('span', { lang: 'en' }, words.vitals[vital]),
              h('small', {}, words.vitals.bounds(write(good), write(poor))),
            ),
            cell(vital, measured[vital].p75),
            cell(vital, measured[vital].p95),
          );
        }),
      ),
    ),
    h('p', { class: 'quiet' }, words.vitals.note),
    csvButton(words.vitals.heading, [words.vitals.measure, 'p75', 'p95'], () =>
      all.map((vital) => [vital, measured[vital].p75, measured[vital].p95]),
    ),
  ];
};
