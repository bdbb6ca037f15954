import { h } from './dom';
import type { Metric, Summary } from './figures';
import { format, words } from './words';

/** Whether it is good when a figure rises: of some it is neither, and of some it is bad. */
const TILES: { metric: Metric; write: (value: number | null) => string; rising?: 'better' | 'worse' }[] = [
  { metric: 'uniqueVisitors', write: format.whole, rising: 'better' },
  { metric: 'sessions', write: format.whole, rising: 'better' },
  { metric: 'totalPageViews', write: format.whole, rising: 'better' },
  { metric: 'avgEngagedTimeMs', write: format.duration, rising: 'better' },
  { metric: 'bounceRate', write: format.share, rising: 'worse' },
  { metric: 'landingPageConversionRate', write: format.share, rising: 'better' },
  { metric: 'leadCaptureRate', write: format.share, rising: 'better' },
  { metric: 'formCompletionRate', write: format.share, rising: 'better' },
  { metric: 'avgTimeToFirstCaptureHrs', write: format.time },
  { metric: 'returningVisitorsPct', write: format.share },
];

/** The key figures, each with its change against the window before. */
export const tiles = ({ metrics }: Summary): HTMLElement[] => [
  h(
    'dl',
    { class: 'tiles' },
    ...TILES.map(({ metric, write, rising }) =>
      h(
        'div',
        { class: 'tile', 'data-metric': metric },
        h('dt', {}, words.tiles[metric]),
        h('dd', {}, h('b', {}, write(metrics[metric].value)), delta(metrics[metric].delta, rising)),
      ),
    ),
  ),
];

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
  const said = (isUp ? words.tiles.up : words.tiles.down)(size);
  return h(
    'span',
    { class: `delta ${verdict ?? ''}` },
    h('span', { 'aria-hidden': 'true' }, `${isUp ? '▲' : '▼'} ${size}`),
    h('span', { class: 'unseen' }, verdict ? `${said}, ${words.tiles[verdict]}` : said),
  );
};
