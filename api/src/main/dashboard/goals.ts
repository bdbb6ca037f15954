import { ask, isAbort } from './api';
import { bars, barsFile, type Bar, tools } from './bars';
import { card } from './card';
import { hoursOfDay } from './clock';
import { escapeFormulas } from './csv';
import { h, userText } from './dom';
import type { Breakdown } from './figures';
import { allRowsOf, bodyOf, paramsOf } from './loading';
import { keyOf, type Part } from './part';
import type { KnownProperties } from './properties';
import { sparkline } from './sparkline';
import { type AddFilter, days, type View } from './view';
import { format, words } from './words';

/**
 * Goals of a property: how many sessions reached each, the rate, and the trend over the days.
 *
 * @param isShare whether a share link began the session: with filters, it is not shown days of few visitors
 */
export const goalsCard = (properties: KnownProperties, isShare: boolean, filter: AddFilter): Part => {
  const made = card(words.breakdowns.goal, { class: 'breakdown goals' });
  made.element.dataset.dimension = 'goal';
  const load = async (view: View, signal: AbortSignal) => {
    await properties.load();
    if (!properties.shown(view)) {
      return undefined;
    }
    const params = { ...paramsOf(view), dimension: 'goal' };
    const breakdown = await ask<Breakdown>('/v1/metrics/breakdown', params, signal);
    const hasTrends = breakdown.rows.length > 0 && !(isShare && view.filters.length);
    return { breakdown, trends: hasTrends ? await trendsOf(view, breakdown, signal) : new Map<string, number[]>() };
  };
  return {
    card: made,
    asks: keyOf,
    load: (view, signal) =>
      made.fill(keyOf(view), load(view, signal), (loaded) =>
        loaded ? content(loaded.breakdown, loaded.trends, filter) : [h('p', { class: 'quiet' }, words.breakdowns.chooseProperty)],
      ),
  };
};

/**
 * How many sessions reached each goal on each day, or in each hour of one day, by the goal's name as files have it. They are
 * counted in raw rows, so the map is empty if these are gone.
 */
const trendsOf = async (view: View, { window }: Breakdown, signal: AbortSignal): Promise<Map<string, number[]>> => {
  const byHour = window.from === window.to;
  const trends = new Map<string, number[]>();
  try {
    const rows = await allRowsOf(
      { ...bodyOf(view), metrics: ['conversions'], dimensions: ['goal', byHour ? 'time:hour' : 'time:day'] },
      signal,
    );
    const hours = hoursOfDay(window.from).map(({ hour }) => hour);
    const length = byHour ? hours.length : days(window.from, window.to);
    rows.forEach(({ dimensions: [goal, time], metrics: [count] }) => {
      const trend = trends.get(goal ?? '') ?? Array<number>(length).fill(0);
      const at = byHour ? hours.indexOf(time ?? '') : days(window.from, time ?? '') - 1;
      if (at >= 0 && at < length) {
        trend[at] = count ?? 0;
      }
      trends.set(goal ?? '', trend);
    });
  } catch (failure) {
    if (isAbort(failure)) {
      throw failure;
    }
  }
  return trends;
};

const content = ({ rows }: Breakdown, trends: Map<string, number[]>, filter: AddFilter): HTMLElement[] => {
  if (!rows.length) {
    return [h('p', { class: 'quiet' }, words.goal.none)];
  }
  const most = Math.max(1, ...rows.map(({ conversions }) => conversions ?? 0));
  const all = rows.map(({ value, sessions, conversions }): Bar => {
    const rate = sessions && conversions !== null ? conversions / sessions : null;
    return {
      value,
      name: userText(value ?? ''),
      share: (conversions ?? 0) / most,
      figures: [
        [conversions, format.whole(conversions)],
        [rate, format.share(rate)],
        [null, sparkline(trends.get(escapeFormulas(value ?? '')) ?? [])],
      ],
      filter: (not) => filter({ not, dimension: 'goal', values: [value] }),
    };
  });
  const heads = [words.tiles.sessions, words.breakdowns.rate, words.trend.heading];
  const counted = all.map((bar) => ({ ...bar, figures: bar.figures.slice(0, 2) }));
  return [bars(words.breakdowns.goal, heads, all), tools(barsFile(words.breakdowns.goal, heads.slice(0, 2), counted))];
};
