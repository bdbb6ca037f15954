import { ask, isAbort } from './api';
import { bars } from './bars';
import { card } from './card';
import { h, withShare } from './dom';
import type { Realtime } from './figures';
import { name } from './values';
import { format, words } from './words';

const POLL_MS = 15_000;

/** What happens now: asked again while the page is seen, and not while it is hidden. */
export const realtimeCard = () => {
  const made = card(words.realtime.heading, { class: 'realtime' });
  let property = '';
  let abort = new AbortController();
  const look = async (): Promise<void> => {
    if (document.hidden) {
      return;
    }
    abort.abort();
    abort = new AbortController();
    try {
      const now = await ask<Realtime>('/v1/metrics/realtime', property ? { propertyId: property } : {}, abort.signal);
      made.body.replaceChildren(...content(now));
    } catch (failure) {
      if (!isAbort(failure)) {
        made.body.replaceChildren(h('p', { class: 'quiet' }, words.empty.failed));
      }
    }
  };
  const timer = setInterval(() => void look(), POLL_MS);
  const seen = (): void => void look();
  document.addEventListener('visibilitychange', seen);
  return {
    card: made,
    show: (shown: string): void => {
      property = shown;
      void look();
    },
    end: (): void => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', seen);
      abort.abort();
    },
  };
};

const content = ({ visitors, pageViews, pages, sources }: Realtime): HTMLElement[] => {
  const most = Math.max(1, ...pageViews.map((each) => each.pageViews));
  const all = pageViews.reduce((sum, each) => sum + each.pageViews, 0);
  const top = (dimension: string, heading: string, values: Realtime['pages']): HTMLElement =>
    bars(
      heading,
      [words.breakdowns.visitors],
      values.slice(0, 5).map((each) => ({
        name: name(dimension, each.value),
        share: each.visitors / Math.max(1, values[0]?.visitors ?? 1),
        figures: [format.whole(each.visitors)],
      })),
    );
  return [
    h('p', { class: 'now-visitors' }, h('b', {}, format.whole(visitors)), ` ${words.realtime.visitors(visitors)}`),
    h(
      'div',
      { class: 'minutes', role: 'img', 'aria-label': words.realtime.minutes(format.whole(all)) },
      ...pageViews.map(({ minute, pageViews: views }) =>
        withShare(h('i', { title: `${format.clock(minute)}: ${format.whole(views)}` }), views / most),
      ),
    ),
    ...(pages.length ? [h('div', { class: 'pair' }, top('path', words.breakdowns.path, pages), top('traffic_source', words.breakdowns.traffic_source, sources))] : []),
  ];
};
