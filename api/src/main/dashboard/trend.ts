import { card } from './card';
import { across, type Area, line, MANY_DAYS, named, nearest, ticks, under, up } from './chart';
import { h, s, segments } from './dom';
import type { TrendPoint } from './figures';
import { table } from './table';
import { SERIES, type Series } from './view';
import { format, words } from './words';

export interface Trend {
  points: TrendPoint[];
  /** The window before, as long as this one; empty without a comparison. */
  before: TrendPoint[];
  /** The day or hour that is not over yet. */
  open: string;
}

const HEIGHT = 240;
const DAY_WIDTH = 76;
const MONTH_WIDTH = 96;
const DIGIT_WIDTH = 8;
const MIN_WIDTH = 240;

/** The days of a window as a line, the window before as a dashed one, and all of it as a table. */
export const trendCard = (choose: (series: Series) => void) => {
  const picker = segments(
    { legend: words.breakdowns.choose(words.trend.heading), class: 'tabs' },
    SERIES.map((value) => ({ value, text: words.trend.series[value] })),
    choose,
  );
  const made = card(words.trend.heading, { class: 'trend' }, picker.element);
  const legend = h('p', { class: 'legend', 'aria-live': 'polite' });
  const plot = h('div', { class: 'plot' });
  let shown: { trend: Trend; series: Series } | undefined;

  const draw = (): void => {
    const width = Math.max(MIN_WIDTH, Math.floor(plot.clientWidth));
    if (shown) {
      plot.replaceChildren(drawing(shown.trend, shown.series, width, legend));
    }
  };
  // The observer is called when the plot is laid out, so it draws the first time too.
  new ResizeObserver(draw).observe(plot);

  return {
    card: made,
    nodes: (trend: Trend, series: Series): Node[] => {
      // A table that was opened stays so when other figures come.
      const isOpen = made.body.querySelector('details')?.open ?? false;
      shown = { trend, series };
      picker.choose(series);
      draw();
      return [legend, plot, behind(trend, isOpen)];
    },
    choose: (series: Series): void => {
      picker.choose(series);
      if (shown) {
        shown = { ...shown, series };
        draw();
      }
    },
  };
};

const drawing = ({ points, before, open }: Trend, series: Series, width: number, legend: HTMLElement): SVGElement => {
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
  const xs = across(Math.max(points.length, before.length), area);
  const ys = values.map((value) => up(value, top, area));
  const earlierYs = earlier.map((value) => up(value, top, area));
  // A day that is not over would look like a fall: its line is drawn dashed.
  const last = points.length - 1;
  const isOpen = last > 0 && points[last]?.day === open;
  const settled = isOpen ? last : last + 1;
  const [day, room] = isHour(points[0])
    ? ([format.hour, DAY_WIDTH] as const)
    : points.length > MANY_DAYS
      ? ([format.month, MONTH_WIDTH] as const)
      : ([format.shortDay, DAY_WIDTH] as const);
  const longest = before.length > points.length ? before : points;

  const cursor = s('line', { class: 'cursor', y1: area.top, y2: HEIGHT - area.bottom, visibility: 'hidden' });
  const dot = s('circle', { class: 'dot', r: 4, visibility: 'hidden' });
  const point = (i: number | undefined): void => {
    for (const mark of [cursor, dot]) {
      mark.setAttribute('visibility', i === undefined ? 'hidden' : 'visible');
    }
    if (i !== undefined) {
      cursor.setAttribute('x1', String(xs[i]));
      cursor.setAttribute('x2', String(xs[i]));
      dot.setAttribute('cx', String(xs[i]));
      dot.setAttribute('cy', String(ys[i]));
    }
    legend.replaceChildren(...legendOf(points, before, series, i, open));
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
      ),
      viewBox: `0 0 ${width} ${HEIGHT}`,
      width,
      height: HEIGHT,
    },
    ...steps.map((step) => s('line', { class: 'grid', x1: area.left, x2: width - area.right, y1: up(step, top, area), y2: up(step, top, area) })),
    ...steps.map((step) => s('text', { class: 'tick', x: area.left - 8, y: up(step, top, area) + 4, 'text-anchor': 'end' }, format.compact(step))),
    ...named(longest.map((each) => each.day), (width - area.left) / room).map((i) => {
      const x = xs[i] ?? 0;
      // Names at the edges are drawn inwards, so that they are not cut off.
      const anchor = x > width - room / 2 ? 'end' : x < room / 2 ? 'start' : 'middle';
      return s('text', { class: 'tick', x, y: HEIGHT - 8, 'text-anchor': anchor }, day(longest[i]?.day ?? ''));
    }),
    s('path', { class: 'under', d: under(xs.slice(0, ys.length), ys, area) }),
    earlier.length > 0 && s('path', { class: 'before', d: line(xs.slice(0, earlierYs.length), earlierYs) }),
    s('path', { class: 'now', d: line(xs.slice(0, settled), ys) }),
    isOpen && s('path', { class: 'now open', d: line(xs.slice(last - 1, last + 1), ys.slice(last - 1)) }),
    ...(last === 0 ? [s('circle', { class: 'dot', r: 4, cx: xs[0] ?? 0, cy: ys[0] ?? 0 })] : []),
    cursor,
    dot,
  ) as SVGSVGElement;
  const at = (event: Event): void => {
    const box = svg.getBoundingClientRect();
    point(nearest(xs.slice(0, Math.max(1, points.length)), ((event as PointerEvent).clientX - box.left) * (width / box.width)));
  };
  svg.addEventListener('pointermove', at);
  svg.addEventListener('pointerdown', at);
  svg.addEventListener('pointerleave', () => point(undefined));
  let focused: number | undefined;
  svg.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      focused = Math.min(last, Math.max(0, (focused ?? (step > 0 ? -1 : last + 1)) + step));
      point(focused);
    }
  });
  svg.addEventListener('blur', () => {
    focused = undefined;
    point(undefined);
  });
  return svg;
};

const isHour = (point: TrendPoint | undefined): boolean => (point?.day.length ?? 0) > 10;

const timeOf = ({ day }: TrendPoint): string =>
  day.length > 10 ? `${format.longDay(day.slice(0, 10))}, ${format.hour(day)}` : format.longDay(day);

/** What the lines are; of one day when the pointer is on it, else of the whole window. */
const legendOf = (points: TrendPoint[], before: TrendPoint[], series: Series, i: number | undefined, open: string): HTMLElement[] => {
  const entry = (name: string, all: TrendPoint[]): HTMLElement | undefined => {
    const one = i === undefined ? undefined : all[i];
    const first = all[0];
    if (!first || (i !== undefined && !one)) {
      return undefined;
    }
    const days = one
      ? `${timeOf(one)}${one.day === open ? ` (${words.trend.soFar})` : ''}`
      : name === 'now'
        ? words.trend.now
        : words.trend.before;
    return h('span', { class: name }, days, one && h('b', {}, format.whole(one[series])));
  };
  return [entry('now', points), entry('before', before)].filter((each) => each !== undefined);
};

/** Every day in figures; made when it is opened. */
const behind = ({ points, before }: Trend, open: boolean): HTMLElement => {
  const row = (point: TrendPoint): string[] => [
    timeOf(point),
    ...SERIES.map((series) => format.whole(point[series])),
  ];
  const fill = (): void => {
    if (element.open && element.children.length === 1) {
      element.append(
        table(
          words.trend.table,
          [words.trend.day, ...SERIES.map((series) => words.trend.series[series])],
          { rows: points.map(row) },
          { heading: words.trend.before, rows: before.map(row) },
        ),
      );
    }
  };
  const element = h('details', { open, toggle: fill }, h('summary', {}, words.trend.table));
  fill();
  return element;
};
