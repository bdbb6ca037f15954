import { type Area, areaUnder, labelled, line, MANY_DAYS, nearest, ticks, xPositions, yPosition } from './chart';
import { s } from './dom';
import type { TrendPoint } from './figures';
import { hourOf, isHour, legendOf, type Trend } from './trendlegend';
import type { Series } from './view';
import { format, words } from './words';

const HEIGHT = 240;
const DAY_WIDTH = 76;
const MONTH_WIDTH = 96;
const DIGIT_WIDTH = 8;

/**
 * The positions of points: days by their order, hours by the clock, since one of the two days may have an hour that the other
 * lacks.
 */
const positions = (points: TrendPoint[], before: TrendPoint[], area: Area): [number[], number[]] => {
  const hours = isHour(points[0]) ? [...new Set([...points, ...before].map(hourOf))].sort() : undefined;
  const xs = xPositions(hours?.length ?? Math.max(points.length, before.length), area);
  const of = (all: TrendPoint[]): number[] => all.map((point, i) => xs[hours?.indexOf(hourOf(point)) ?? i] ?? 0);
  return [of(points), of(before)];
};

/** The positions of the first point and of the next one. If there is only one, the next is an hour later. */
const hourSpan = (xs: number[], area: Area): number[] => [
  xs[0] ?? 0,
  xs[1] ?? (xs[0] ?? 0) + (area.width - area.left - area.right) / 24,
];

/** The value at the pointer, in a small field above the point, or below it if there is no room. */
const valueAt = (value: number, x: number, y: number, area: Area): SVGElement[] => {
  const text = format.whole(value);
  const width = text.length * DIGIT_WIDTH + 14;
  const left = Math.min(Math.max(x - width / 2, area.left), area.width - width);
  const top = y > area.top + 30 ? y - 32 : y + 10;
  return [
    s('rect', { x: left, y: top, width, height: 22, rx: 4 }),
    s('text', { x: left + width / 2, y: top + 15, 'text-anchor': 'middle' }, text),
  ];
};

/**
 * One line for a window and a dashed one for the window before.
 *
 * @param legend says what the lines are, and the values at the pointer
 */
export const drawing = (trend: Trend, series: Series, width: number, legend: HTMLElement): SVGElement => {
  const { points, before, open } = trend;
  const values = points.map((point) => point[series] ?? 0);
  const earlier = before.map((point) => point[series] ?? 0);
  const steps = ticks(Math.max(...values, ...earlier));
  const top = steps[steps.length - 1] ?? 1;
  const area: Area = {
    width,
    height: HEIGHT,
    left: Math.max(...steps.map((step) => format.compact(step).length)) * DIGIT_WIDTH + 8,
    right: 12,
    top: 10,
    bottom: 28,
  };
  const [xs, earlierXs] = positions(points, before, area);
  const ys = values.map((value) => yPosition(value, top, area));
  const earlierYs = earlier.map((value) => yPosition(value, top, area));
  // A day that is not over would look like a fall: its line is drawn dashed.
  const last = points.length - 1;
  const settled = points.filter((each) => each.day < open).length;
  const isOpen = settled <= last;
  const dashedFrom = Math.max(0, settled - 1);
  const [day, room] = isHour(points[0])
    ? ([format.hour, DAY_WIDTH] as const)
    : points.length > MANY_DAYS
      ? ([format.month, MONTH_WIDTH] as const)
      : ([format.shortDay, DAY_WIDTH] as const);
  const [longest, longestXs] = before.length > points.length ? [before, earlierXs] : [points, xs];

  const cursor = s('line', { class: 'cursor', y1: area.top, y2: HEIGHT - area.bottom, visibility: 'hidden' });
  const dot = s('circle', { class: 'dot', r: 4, visibility: 'hidden' });
  const callout = s('g', { class: 'callout', 'aria-hidden': 'true' });
  const point = (i: number | undefined): void => {
    for (const mark of [cursor, dot]) {
      mark.setAttribute('visibility', i === undefined ? 'hidden' : 'visible');
    }
    callout.replaceChildren();
    if (i !== undefined) {
      callout.append(...valueAt(points[i]?.[series] ?? 0, xs[i] ?? 0, ys[i] ?? 0, area));
      cursor.setAttribute('x1', String(xs[i]));
      cursor.setAttribute('x2', String(xs[i]));
      dot.setAttribute('cx', String(xs[i]));
      dot.setAttribute('cy', String(ys[i]));
    }
    legend.replaceChildren(...legendOf(trend, series, i));
  };
  point(undefined);

  const svg = s(
    'svg',
    {
      role: 'img',
      tabindex: 0,
      'aria-label': words.trend.label(
        words.trend.series[series],
        isHour(points[0]) ? format.day(points[0]!.day.slice(0, 10)) : format.days(points[0]?.day ?? '', points[last]?.day ?? ''),
        format.whole(Math.min(...values)),
        format.whole(Math.max(...values)),
        isHour(points[0]),
      ),
      viewBox: `0 0 ${width} ${HEIGHT}`,
      width,
      height: HEIGHT,
    },
    ...steps.map((step) => s('line', { class: 'grid', x1: area.left, x2: width - area.right, y1: yPosition(step, top, area), y2: yPosition(step, top, area) })),
    ...steps.map((step) => s('text', { class: 'tick', x: area.left - 8, y: yPosition(step, top, area) + 4, 'text-anchor': 'end' }, format.compact(step))),
    ...labelled(longest.map((each) => each.day), (width - area.left) / room).map((i) => {
      const x = longestXs[i] ?? 0;
      // Names at the edges are drawn inwards, so that they are not cut off.
      const anchor = x > width - room / 2 ? 'end' : x < room / 2 ? 'start' : 'middle';
      return s('text', { class: 'tick', x, y: HEIGHT - 8, 'text-anchor': anchor }, day(longest[i]?.day ?? ''));
    }),
    s('path', { class: 'under', d: areaUnder(xs, ys, area) }),
    earlier.length > 0 && s('path', { class: 'before', d: line(earlierXs, earlierYs) }),
    last > 0 && s('path', { class: 'now', d: line(xs.slice(0, settled), ys) }),
    isOpen && last > 0 && s('path', { class: 'now open', d: line(xs.slice(dashedFrom, last + 1), ys.slice(dashedFrom)) }),
    // A single day or hour is as wide as an hour: a lone dot would be hard to see.
    last === 0 && s('path', { class: isOpen ? 'now open' : 'now', d: line(hourSpan(longestXs, area), [ys[0] ?? 0, ys[0] ?? 0]) }),
    cursor,
    dot,
    callout,
  ) as SVGSVGElement;
  let focused: number | undefined;
  const leave = (): void => {
    document.removeEventListener('keydown', dismiss);
    focused = undefined;
    point(undefined);
  };
  /** Escape hides what is shown at the pointer, since it covers a part of the lines (WCAG 2.2, 1.4.13). */
  const dismiss = ({ key }: KeyboardEvent): void => {
    if (key === 'Escape' || !svg.isConnected) {
      leave();
    }
  };
  const at = (event: Event): void => {
    document.addEventListener('keydown', dismiss);
    const box = svg.getBoundingClientRect();
    focused = nearest(xs, ((event as PointerEvent).clientX - box.left) * (width / box.width));
    point(focused);
  };
  svg.addEventListener('pointermove', at);
  svg.addEventListener('pointerdown', at);
  // What a finger has shown stays when the finger is lifted.
  svg.addEventListener('pointerleave', (event) => (event as PointerEvent).pointerType === 'mouse' && leave());
  svg.addEventListener('keydown', (event) => {
    dismiss(event);
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      focused = Math.min(last, Math.max(0, (focused ?? (step > 0 ? -1 : last + 1)) + step));
      point(focused);
    }
  });
  svg.addEventListener('blur', leave);
  return svg;
};
