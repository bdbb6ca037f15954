import { ask, isAbort } from './api';
import { bars, barsFile, type Bar, tools } from './bars';
import { card, refill } from './card';
import { h, withShare } from './dom';
import type { Realtime } from './figures';
import { name } from './values';
import { format, words } from './words';

const POLL_MS = 15_000;

/**
 * What is happening now. It is refreshed while it is visible, but not while the page is hidden or scrolled elsewhere.
 */
export const realtimeCard = () => {
  const made = card(words.realtime.heading, { class: 'realtime' });
  let property: string | undefined;
  let abort = new AbortController();
  let isSeen = false;
  const refresh = async (): Promise<void> => {
    if (document.hidden || !isSeen || property === undefined) {
      return;
    }
    abort.abort();
    abort = new AbortController();
    const { signal } = abort;
    // Later refreshes change the figures silently.
    if (!made.body.firstChild) {
      made.element.setAttribute('aria-busy', 'true');
    }
    try {
      const now = await ask<Realtime>('/v1/metrics/realtime', property ? { propertyId: property } : {}, signal);
      refill(made.element, made.body, () => content(now));
    } catch (failure) {
      if (!isAbort(failure)) {
        made.body.replaceChildren(h('p', { class: 'quiet' }, words.empty.failed));
      }
    } finally {
      if (!signal.aborted) {
        made.element.removeAttribute('aria-busy');
      }
    }
  };
  const observer = new IntersectionObserver((entries) => {
    isSeen = entries.at(-1)?.isIntersecting ?? false;
    void refresh();
  });
  observer.observe(made.element);
  const timer = setInterval(() => void refresh(), POLL_MS);
  const seen = (): void => void refresh();
  document.addEventListener('visibilitychange', seen);
  return {
    card: made,
    show: (shown: string): void => {
      if (shown !== property) {
        property = shown;
        // Visitors of another property would look like those of this one.
        abort.abort();
        made.element.removeAttribute('aria-busy');
        made.body.replaceChildren();
        void refresh();
      }
    },
    end: (): void => {
      clearInterval(timer);
      observer.disconnect();
      document.removeEventListener('visibilitychange', seen);
      abort.abort();
    },
  };
};

const content = ({ visitors, pageViews, pages, sources }: Realtime): HTMLElement[] => {
  const most = Math.max(1, ...pageViews.map((each) => each.pageViews));
  const all = pageViews.reduce((sum, each) => sum + each.pageViews, 0);
  const top = (dimension: string, heading: string, values: Realtime['pages']): HTMLElement => {
    const heads = [words.breakdowns.visitors];
    const rows = values.map((each): Bar => ({
      value: each.value,
      name: name(dimension, each.value),
      share: each.visitors / Math.max(1, values[0]?.visitors ?? 1),
      figures: [[each.visitors, format.whole(each.visitors)]],
    }));
    return h('div', {}, bars(heading, heads, rows.slice(0, 5)), tools(barsFile(heading, heads, rows)));
  };
  return [
    h('p', { class: 'now-visitors' }, h('b', {}, format.whole(visitors)), ` ${words.realtime.visitors(visitors)}`),
    h(
      'div',
      { class: 'minutes', role: 'img', 'aria-label': words.realtime.minutes(words.realtime.views(all, format.whole(all))) },
      ...pageViews.map(({ minute, pageViews: views }) =>
        withShare(h('i', { title: `${format.clock(minute)} · ${words.realtime.views(views, format.whole(views))}` }), views / most),
      ),
    ),
    ...(pages.length ? [h('div', { class: 'halves' }, top('path', words.breakdowns.path, pages), top('traffic_source', words.breakdowns.traffic_source, sources))] : [h('p', { class: 'quiet' }, words.realtime.nothing)]),
  ];
};
