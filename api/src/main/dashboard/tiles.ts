import { h } from './dom';
import type { Metric, Summary } from './figures';
import { format, words } from './words';

/** Whether a rise of the figure is good; for some figures it is bad, for others neither. */
interface Tile {
  metric: Metric;
  write: (value: number | null) => string;
  rising?: 'better' | 'worse';
}

/** The figures that a marketing person looks at first. */
const FIRST: Tile[] = [
  { metric: 'newLeads', write: format.whole, rising: 'better' },
  { metric: 'newMailableLeads', write: format.whole, rising: 'better' },
  { metric: 'uniqueVisitors', write: format.whole, rising: 'better' },
  { metric: 'landingPageConversionRate', write: format.share, rising: 'better' },
];

const MORE: Tile[] = [
  { metric: 'sessions', write: format.whole, rising: 'better' },
  { metric: 'totalPageViews', write: format.whole, rising: 'better' },
  { metric: 'avgEngagedTimeMs', write: format.duration, rising: 'better' },
  { metric: 'bounceRate', write: format.share, rising: 'worse' },
  { metric: 'leadCaptureRate', write: format.share, rising: 'better' },
  { metric: 'formCompletionRate', write: format.share, rising: 'better' },
  { metric: 'avgTimeToFirstCaptureHrs', write: format.time },
  { metric: 'returningVisitorsPct', write: format.share },
];

/** Figures, each with its change against the window before, and why some are not known. */
const tiles = (kinds: Tile[], { metrics, reasons, from }: Summary, style: string): HTMLElement[] => [
  h(
    'dl',
    { class: `tiles ${style}` },
    ...kinds.map(({ metric, write, rising }) =>
      h(
        'div',
        { class: 'tile', 'data-metric': metric },
        h('dt', {}, words.tiles[metric]),
        h('dd', {}, h('b', {}, write(metrics[metric].value)), delta(metrics[metric].delta, rising)),
      ),
    ),
  ),
  ...(kinds.some(({ metric }) => reasons[`metrics.${metric}`]) ? [h('p', { class: 'quiet' }, words.tiles.unknown[from])] : []),
];

export const firstTiles = (summary: Summary): HTMLElement[] => tiles(FIRST, summary, 'first');

export const moreTiles = (summary: Summary): HTMLElement[] => tiles(MORE, summary, 'more');

const delta = (change: number | null, rising: 'better' | 'worse' | undefined): HTMLElement | undefined => {
  if (change === null) {
    return undefined;
  }
  const size = format.change(change);
  if (change === 0) {
    return h('span', { class: 'delta' }, h('span', { 'aria-hidden': 'true' }, `= ${size}`), h('span', { class: 'unseen' }, words.tiles.same));
  }
  const isUp = change > 0;
  const verdict = rising && (isUp === (rising === 'better') ? 'better' : 'worse');
  const text = (isUp ? words.tiles.up : words.tiles.down)(size);
  return h(
    'span',
    { class: `delta ${verdict ?? ''}` },
    h('span', { 'aria-hidden': 'true' }, `${isUp ? '▲' : '▼'} ${size}`),
    h('span', { class: 'unseen' }, verdict ? `${text}, ${words.tiles[verdict]}` : text),
  );
};
