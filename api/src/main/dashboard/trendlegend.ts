import { h } from './dom';
import type { TrendPoint } from './figures';
import type { Series } from './view';
import { format, words } from './words';

export interface Trend {
  points: TrendPoint[];
  /** The window before, as long as this one; empty without a comparison. */
  before: TrendPoint[];
  /** What the window before is called. */
  beforeName: string;
  /** The first day or hour that is not over yet in all time zones. */
  open: string;
}

export const isHour = (point: TrendPoint | undefined): boolean => (point?.day.length ?? 0) > 10;

export const timeOf = (point: TrendPoint): string => {
  const { day, isTwice } = point;
  return isHour(point)
    ? `${format.longDay(day.slice(0, 10))}, ${format.hour(day)}${isTwice ? ` (${words.trend.twice})` : ''}`
    : format.longDay(day);
};

/** The hour without its day. */
export const hourOf = ({ day }: TrendPoint): string => day.slice(11);

/** The legend of the lines, with the values of the day under the pointer, else of the whole window. */
export const legendOf = ({ points, before, beforeName, open }: Trend, series: Series, i: number | undefined): HTMLElement[] => {
  const shown = i === undefined ? undefined : points[i];
  const entry = (name: string, all: TrendPoint[], one: TrendPoint | undefined): HTMLElement | undefined => {
    if (!all.length || (i !== undefined && !one)) {
      return undefined;
    }
    const days = one
      ? `${timeOf(one)}${one.day >= open ? ` (${words.trend.soFar})` : ''}`
      : name === 'now'
        ? words.trend.now
        : beforeName;
    return h('span', { class: name }, days, one && h('b', {}, format.whole(one[series])));
  };
  const earlier =
    shown && isHour(shown) ? before.find((each) => hourOf(each) === hourOf(shown)) : i === undefined ? undefined : before[i];
  return [entry('now', points, shown), entry('before', before, earlier)].filter((each) => each !== undefined);
};
