import { line } from './chart';
import { s } from './dom';
import { format, words } from './words';

const WIDTH = 80;
const HEIGHT = 18;

/** A small line of a few numbers, as high as their largest. Without numbers, nothing is drawn. */
export const sparkline = (values: number[]): SVGElement => {
  const most = Math.max(1, ...values);
  const xs = values.map((_, i) => 1 + (i * (WIDTH - 2)) / Math.max(1, values.length - 1));
  const ys = values.map((value) => HEIGHT - 1 - (value * (HEIGHT - 2)) / most);
  return s(
    'svg',
    {
      class: 'sparkline',
      role: 'img',
      'aria-label': values.length
        ? words.trend.sparkline(format.whole(Math.min(...values)), format.whole(Math.max(...values)))
        : words.trend.unknown,
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      width: WIDTH,
      height: HEIGHT,
    },
    values.length > 1 && s('path', { d: line(xs, ys) }),
  );
};
