import { card } from './card';
import { h, segments } from './dom';
import type { TrendPoint } from './figures';
import { csvButton } from './files';
import { table } from './table';
import { drawing } from './trenddrawing';
import { isHour, timeOf, type Trend } from './trendlegend';
import { SERIES, type Series } from './view';
import { format, words } from './words';

const MIN_WIDTH = 240;

/** With filters that do not apply to leads, there are no figures of leads. */
const isUnknown = ({ points }: Trend, series: Series): boolean =>
  points.length > 0 && points.every((point) => point[series] === null);

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
  let shown: Trend | undefined;
  let series: Series = SERIES[0];

  const width = (): number => Math.max(MIN_WIDTH, made.body.clientWidth);
  let drawn = 0;
  const draw = (): void => {
    drawn = width();
    if (shown && isUnknown(shown, series)) {
      // A line at zero would look like a figure.
      legend.replaceChildren();
      plot.replaceChildren(h('p', { class: 'quiet' }, words.trend.noLeads));
    } else if (shown) {
      plot.replaceChildren(drawing(shown, series, drawn, legend));
    }
  };
  // A new drawing loses the focus and the selected day, so it is not redrawn for the same width.
  new ResizeObserver(() => width() !== drawn && draw()).observe(made.body);

  return {
    card: made,
    nodes: (trend: Trend): Node[] => {
      // A table that was opened stays so when other figures come.
      const isOpen = made.body.querySelector('details')?.open ?? false;
      shown = trend;
      draw();
      return [legend, plot, tableOf(trend, isOpen)];
    },
    choose: (chosen: Series): void => {
      series = chosen;
      picker.choose(series);
      draw();
    },
  };
};

/** A table with the figures of every day or hour. It is filled when it is opened. */
const tableOf = ({ points, before, beforeName }: Trend, open: boolean): HTMLElement => {
  const heads = [isHour(points[0]) ? words.trend.hour : words.trend.day, ...SERIES.map((series) => words.trend.series[series])];
  const row = (point: TrendPoint): string[] => [
    timeOf(point),
    ...SERIES.map((series) => format.whole(point[series])),
  ];
  const fill = (): void => {
    if (element.open && element.children.length === 1) {
      element.append(
        table(
          words.trend.table,
          heads,
          { rows: points.map(row) },
          { heading: beforeName, rows: before.map(row) },
        ),
        csvButton(words.trend.heading, heads, () =>
          [...points, ...before].map((point) => [point.day, ...SERIES.map((series) => point[series])]),
        ),
      );
    }
  };
  const element = h('details', { open, toggle: fill }, h('summary', {}, words.trend.table));
  fill();
  return element;
};
