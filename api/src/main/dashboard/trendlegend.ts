import { h } from './dom';
import type { TrendPoint } from './figures';
import type { Series } from './view';
import { format, words } from './words';

export interface Trend {
  points: TrendPoint[];
  /** The window before, as long as this one; empty without a comparison. */
  before: TrendPoint[];
  /** The day or hour that is not over yet. */
  open: string;
}

export const isHour = (point: TrendPoint | undefined): boolean => (point?.day.length ?? 0) > 10;

export const timeOf = ({ day }: TrendPoint): string =>
  day.length > 10 ? `${format.longDay(day.slice(0, 10))}, ${format.hour(day)}` : format.longDay(day);

/** What the lines are; of one day when the pointer is on it, else of the whole window. */
export const legendOf = (points: TrendPoint[], before: TrendPoint[], series: Series, i: number | undefined, open: string): HTMLElement[] => {
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
