import { Problem } from './api';
import { card, type Card, type Filled } from './card';
import { firstDay, openHour, today } from './clock';
import { h } from './dom';
import type { Summary, TrendPoint } from './figures';
import { ingest, ingestLine } from './ingest';
import { hoursOf, trendBefore } from './loading';
import { keyOf } from './part';
import type { KnownProperties } from './properties';
import { firstTiles, moreTiles } from './tiles';
import { trendCard } from './trend';
import type { Trend } from './trendlegend';
import type { Change, View } from './view';
import { vitals } from './vitals';
import { format, words } from './words';

/** The day of the first visit, if it lies in the days that are shown: before it there are only zeros. */
export const since = ({ window }: Summary, view: View): string | undefined => {
  const first = firstDay();
  // Everything was requested from that day on.
  const isWithin = view.window === 'all' ? first >= window.from : first > window.from;
  return isWithin && first <= window.to ? first : undefined;
};

/** Figures that are counted from single visits; empty if these are gone. Other figures stay. */
const ifKept = (points: Promise<TrendPoint[]>): Promise<TrendPoint[]> =>
  points.catch((failure) => {
    if (failure instanceof Problem && failure.firstDay) {
      return [];
    }
    throw failure;
  });

/**
 * The trend of one day by its hours, if they are known, with those of the day before; of several days by days, from the first
 * visit on.
 */
const trendOf = async (summary: Summary, view: View, properties: KnownProperties, signal: AbortSignal): Promise<Trend> => {
  await properties.load();
  const { trend, compareTo, window } = summary;
  const beforeName = view.compare === 'year' ? words.picker.compares.year : words.trend.before;
  if (window.from === window.to) {
    const [points, before] = await Promise.all([
      ifKept(hoursOf(window.from, view, signal)),
      compareTo ? ifKept(hoursOf(compareTo.from, view, signal)) : [],
    ]);
    if (points.length) {
      return { points, before, beforeName, open: openHour() };
    }
  }
  const first = since(summary, view);
  return first
    ? { points: trend.filter(({ day }) => day >= first), before: [], beforeName, open: today() }
    : { points: trend, before: await ifKept(trendBefore(compareTo, view, signal)), beforeName, open: today() };
};

/** Figures that few people need, in a line that opens and stays open when the figures change. */
const folded = (of: Card, line: string, content: HTMLElement[]): HTMLElement =>
  h('details', { open: of.body.querySelector('details')?.open ?? false }, h('summary', {}, line), ...content);

/** The parts of the page that one summary fills. */
export const summaryParts = (properties: KnownProperties, change: Change) => {
  const key = card(words.tiles.heading, { class: 'key' });
  const more = card(words.tiles.more, { class: 'key' });
  const trend = trendCard((chart) => change({ chart }));
  const vitalsCard = card(words.vitals.heading, { class: 'vitals' });
  const ingestCard = card(words.ingest.heading, { class: 'ingest' });
  return {
    key: key.element,
    more: more.element,
    trend: trend.card.element,
    vitals: vitalsCard.element,
    ingest: ingestCard.element,
    choose: trend.choose,
    fill: (answer: Promise<Summary>, view: View, signal: AbortSignal): Promise<Filled>[] => {
      const asked = keyOf(view);
      return [
        key.fill(asked, answer, firstTiles),
        more.fill(asked, answer, moreTiles),
        trend.card.fill(
          asked,
          answer.then((summary) => trendOf(summary, view, properties, signal)),
          trend.nodes,
        ),
        vitalsCard.fill(asked, answer, ({ metrics: { webVitals } }) => [
          folded(vitalsCard, words.vitals.line(format.millis(webVitals.lcpMs.p75)), vitals(webVitals)),
        ]),
        ingestCard.fill(asked, answer, (summary) =>
          summary.ingest
            ? [folded(ingestCard, ingestLine(summary.ingest), ingest(summary.ingest))]
            : [h('p', { class: 'quiet' }, words.ingest.filtered)],
        ),
      ];
    },
  };
};
