/** The geometry of a chart. It does not use the page, so that it can be tested without one. */
export interface Area {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** The ticks of an axis: whole numbers from zero to a round number not below the largest value, in four steps at the most. */
export const ticks = (largest: number): number[] => {
  const rough = Math.max(largest, 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, ([1, 2, 2.5, 5, 10].find((each) => each * power >= rough) ?? 10) * power);
  const whole = Math.ceil(step);
  return Array.from({ length: Math.ceil(Math.max(largest, 1) / whole) + 1 }, (_, i) => i * whole);
};

/** The positions of evenly spaced points; the first and the last are at the edges. A single point is in the middle. */
export const xPositions = (count: number, area: Area): number[] =>
  Array.from({ length: count }, (_, i) =>
    count === 1
      ? (area.left + area.width - area.right) / 2
      : area.left + ((area.width - area.left - area.right) * i) / (count - 1),
  );

export const yPosition = (value: number, top: number, area: Area): number =>
  area.height - area.bottom - ((area.height - area.top - area.bottom) * value) / top;

/** A line through points, as the data of an SVG path. */
export const line = (xs: readonly number[], ys: readonly number[]): string =>
  xs.map((x, i) => `${i ? 'L' : 'M'}${round(x)} ${round(ys[i] ?? 0)}`).join('');

/** The area under a line through points, as the data of an SVG path. */
export const areaUnder = (xs: readonly number[], ys: readonly number[], area: Area): string =>
  xs.length ? `${line(xs, ys)}V${area.height - area.bottom}H${round(xs[0] ?? 0)}Z` : '';

/**
 * Which days are labelled below the axis, with room for this many: evenly spaced days back from the last one, or the
 * first days of months.
 */
export const labelled = (days: readonly string[], room: number): number[] => {
  const isLong = days.length > MANY_DAYS;
  const all = days.map((_, i) => i).filter((i) => !isLong || days[i]?.endsWith('-01'));
  const step = Math.max(1, Math.ceil(all.length / Math.max(1, Math.floor(room))));
  return all.filter((_, i) => (all.length - 1 - i) % step === 0);
};

/** With more days than this, months are labelled instead. */
export const MANY_DAYS = 92;

/** The point nearest to a position. */
export const nearest = (xs: readonly number[], x: number): number => {
  let best = 0;
  xs.forEach((each, i) => {
    if (Math.abs(each - x) < Math.abs((xs[best] ?? 0) - x)) {
      best = i;
    }
  });
  return best;
};

const round = (value: number): number => Math.round(value * 10) / 10;
