import { type Problem, problemOf } from './api';
import type { Filled } from './card';
import { cardsOf } from './cards';
import { chips } from './chips';
import { today } from './clock';
import { h } from './dom';
import { formsCard } from './forms';
import type { Summary } from './figures';
import { headingOf } from './heading';
import { layout } from './layout';
import { summaryOf } from './loading';
import { goalDialog } from './newgoal';
import { notices } from './notice';
import { keyOf, lazily } from './part';
import { knownProperties } from './properties';
import { realtimeCard } from './realtime';
import { savedSegments } from './saved';
import type { Session } from './signin';
import { since, summaryParts } from './summaryparts';
import { toolbar } from './toolbar';
import { type Change, isSame, needsToday, type View } from './view';
import { welcomeCard } from './welcome';
import { format, words } from './words';

/** How often the service refreshes its figures. */
const REFRESH_MS = 5 * 60_000;
/** How often the page checks whether its figures are that old. */
const LOOK_MS = 60_000;
/** A goal changes what every reader sees, so the service requires a key with every scope. */
const EVERY_SCOPE = ['figures:read', 'leads:read', 'leads:delete'];

/** All cards of a view, and the pickers that change it. */
export const overview = (change: Change, account: HTMLElement, session: Session) => {
  let view: View;
  let controller = new AbortController();
  let loadedAt = 0;
  /** The key of the view that the heading is about. */
  let headingKey = '';
  const has = (scope: string): boolean => session.scopes.includes(scope);
  const properties = knownProperties();
  const { alert, status, fail, clear, say } = notices();
  const heading = headingOf(() => void load());
  const welcome = welcomeCard(change);
  const days = h('p', { class: 'quiet' });
  const picker = toolbar(change, today);
  const filters = chips(change);
  const segments = savedSegments(change);
  picker.element.append(filters.element, ...segments.elements);
  const ofSummary = summaryParts(properties, change);
  const cards = cardsOf(session, properties, change, {
    filter: (filter) => {
      if (!view.filters.some((each) => isSame(each, filter))) {
        change({ filters: [...view.filters, filter] });
      }
    },
    goal: (dimension, value) => {
      const property = properties.shown(view);
      const target = dimension === 'event_type' ? { event: value } : dimension.endsWith('path') ? { path: value } : undefined;
      return target && property && EVERY_SCOPE.every(has)
        ? () => goalDialog(property, target, () => void load())
        : undefined;
    },
  });
  const realtime = realtimeCard();
  const forms = has('leads:read') ? formsCard(session.properties === null ? { mayErase: has('leads:delete') } : undefined) : undefined;

  /**
   * Without filters, it may be that only one card needs single visits, which are not kept as long as other figures. That card
   * then says so, and the rest of the page is shown.
   */
  const failedOf = (filled: Filled[]) =>
    filled.filter(
      (each): each is Filled & { problem: Problem } =>
        each.problem !== undefined && (each.problem.firstDay === '' || view.filters.length > 0 || each.isSummary === true),
    );
  const report = (filled: Filled[]): void => {
    const failed = failedOf(filled);
    const worst = failed.find(({ problem }) => problem.cause === 'unreachable') ?? failed[0];
    const isOld = failed.length > 0 && failed.every((each) => each.isOld);
    element.classList.toggle('stale', isOld);
    if (worst) {
      say('');
      fail(worst.problem, isOld, () => void load());
    } else {
      clear();
    }
  };
  const reportProblems = (filled: Filled[]): void => {
    if (failedOf(filled).length) {
      report(filled);
    }
  };
  const lazy = lazily(Object.values(cards), reportProblems);

  const load = async (): Promise<void> => {
    controller.abort();
    controller = new AbortController();
    const { signal } = controller;
    // Not when it has ended: a load that takes long would be cancelled and begun again.
    loadedAt = Date.now();
    say(words.loading);
    const known = properties.load().then(showProperties, () => {});
    if (needsToday(view) && !properties.known()) {
      // Find out the property's current day first.
      await known;
      if (signal.aborted) {
        return;
      }
    }
    const answer = summaryOf(view, signal);
    lazy.forget();
    const figures = ofSummary.fill(answer, view, signal);
    const above = [
      ...figures,
      Promise.all([answer, known]).then(
        ([summary]) => (signal.aborted ? {} : showSummary(summary)),
        (failure) => (signal.aborted ? {} : showFailure(failure)),
      ),
    ];
    const filled = await Promise.all([...above, lazy.show(view, signal, Promise.all(above))]);
    if (!signal.aborted) {
      report(filled.flat());
    }
  };

  const showProperties = (): void => {
    const zones = properties.zones(view);
    days.textContent = words.fresh.days(zones.length === 1 ? zones[0]! : '');
    picker.properties(view, properties.known(), session.properties === null);
    realtime.show(properties.shown(view));
    forms?.show(properties.shown(view));
    showTitle();
  };

  const showTitle = (): void => {
    document.title = [properties.name(view), heading.text(), 'AltContext'].filter(Boolean).join(' · ');
  };

  const showSummary = (summary: Summary): Filled => {
    headingKey = keyOf(view);
    heading.show(summary, view, since(summary, view));
    welcome.show(summary, view);
    showTitle();
    say(words.fresh.loaded(heading.text(), format.whole(summary.metrics.uniqueVisitors.value)));
    return {};
  };

  /** If a view has no answer, clears the heading and the notices of the view before. */
  const showFailure = (failure: unknown): Filled => {
    const isOld = headingKey === keyOf(view);
    if (!isOld) {
      heading.clear();
      showTitle();
      welcome.hide();
    }
    return { problem: problemOf(failure), isOld, isSummary: true };
  };

  const element = layout({
    account,
    toolbar: picker.element,
    notices: [heading.element, alert, heading.warning, status, welcome.element],
    ofSummary,
    cards,
    realtime: realtime.card,
    forms: forms?.card,
    withLeads: !session.share,
    days,
  });
  const refreshWhenOld = (): void => {
    if (!document.hidden && Date.now() - loadedAt >= REFRESH_MS) {
      void load();
    }
  };
  const retryWhenBack = (): void => {
    if (alert.firstChild) {
      void load();
    }
  };
  const timer = setInterval(refreshWhenOld, LOOK_MS);
  document.addEventListener('visibilitychange', refreshWhenOld);
  window.addEventListener('online', retryWhenBack);

  return {
    element,
    focus: heading.focus,
    /** Shows a view, and loads the parts that are missing. */
    show: (next: View): void => {
      const old = view as View | undefined;
      view = next;
      showProperties();
      picker.show(view);
      ofSummary.choose(view.chart);
      filters.show(view.filters);
      segments.show(view.filters);
      if (!old || keyOf(old) !== keyOf(view)) {
        void load();
      } else {
        void lazy.show(view, controller.signal, Promise.resolve()).then(reportProblems);
      }
    },
    /** Stops refreshing when the page is no longer shown. */
    end: (): void => {
      controller.abort();
      lazy.end();
      realtime.end();
      clearInterval(timer);
      document.removeEventListener('visibilitychange', refreshWhenOld);
      window.removeEventListener('online', retryWhenBack);
    },
  };
};
