import { ask, type Problem } from './api';
import { breakdownCard } from './breakdown';
import { card, type Card, type Filled } from './card';
import { chips } from './chips';
import { goBy, thisHour, today } from './clock';
import { h } from './dom';
import type { Freshness, Properties, Summary } from './figures';
import { extrasCard } from './extras';
import { formsCard } from './forms';
import { funnelCard } from './funnel';
import { ingest } from './ingest';
import { leadsCard } from './leads';
import { leadsByCard } from './leadsby';
import { hoursOf, summaryOf, trendBefore } from './loading';
import { notices } from './notice';
import { realtimeCard } from './realtime';
import { savedSegments } from './saved';
import type { Session } from './signin';
import { firstTiles, moreTiles } from './tiles';
import { type Change, toolbar } from './toolbar';
import { type Trend, trendCard } from './trend';
import { type Filter, isSame, PAGES, question, SOURCES, type View } from './view';
import { vitals } from './vitals';
import { format, words } from './words';

/** The service renews its figures that often. */
const REFRESH_MS = 5 * 60_000;
/** At most this many missing days are listed. */
const GAPS = 5;

/** The key of a question to the service: the parts of a view that change its answers. */
const keyOf = ({ window, from, to, compare, property, filters }: View): string =>
  JSON.stringify([window, from, to, compare, property, filters]);

/** What a site puts into its pages. With a local service, the site is usually local too. */
const tag = (): string => {
  const local = /^127\.|::1]|local(host)?$/.test(location.hostname) ? ' data-allow-localhost' : '';
  return `<script defer src="${location.origin}/v1/telemetry.js"${local}></script>`;
};

/** What few people need: a line that opens, and stays open when other figures come. */
const folded = (of: Card, line: string, content: HTMLElement[]): HTMLElement =>
  h('details', { open: of.body.querySelector('details')?.open ?? false }, h('summary', {}, line), ...content);

/** All cards of a view, and the pickers that change it. */
export const overview = (change: Change, account: HTMLElement, session: Session) => {
  const { alert, status, fail, clear, say } = notices();
  const picker = toolbar(change, today);
  const heading = h('h1', { tabindex: -1, id: 'figures' }, words.title);
  const compared = h('p', { class: 'compared' });
  const asOf = h('span', {});
  const warning = h('p', { class: 'warning', hidden: true });
  const days = h('p', { class: 'quiet' });
  const welcome = h('div', { class: 'card welcome', hidden: true });
  const key = card(words.tiles.heading, { class: 'key' });
  const more = card(words.tiles.more, { class: 'key' });
  const filterBy = (filter: Filter): void => {
    if (!view.filters.some((each) => isSame(each, filter))) {
      change({ filters: [...view.filters, filter] });
    }
  };
  const filters = chips(change);
  picker.element.append(filters.element);
  const leadsBy = leadsByCard(change, filterBy);
  const realtime = realtimeCard();
  const funnel = funnelCard(change);
  const extras = extrasCard(change, filterBy);
  const segments = savedSegments(change);
  picker.element.append(...segments.elements);
  const readsLeads = session.scopes.includes('leads:read');
  const forms = formsCard(session.scopes.includes('leads:delete') && session.properties === null);
  const trend = trendCard((chart) => change({ chart }));
  const sources = breakdownCard(words.breakdowns.traffic_source, SOURCES, filterBy, (dimension) => change({ sources: dimension as View['sources'] }));
  const pages = breakdownCard(words.breakdowns.path, PAGES, filterBy, (dimension) => change({ pages: dimension as View['pages'] }));
  const others = (['country', 'device', 'event_type'] as const).map((dimension) => ({
    dimension,
    ...breakdownCard(words.breakdowns[dimension], [dimension], filterBy),
  }));
  const vitalsCard = card(words.vitals.heading, { class: 'vitals' });
  const ingestCard = card(words.ingest.heading, { class: 'ingest' });
  const leads = leadsCard(readsLeads);
  const goals = breakdownCard(words.breakdowns.goal, ['goal'], filterBy);

  let view: View;
  let properties: Properties | undefined;
  let underWay = new AbortController();
  let params: Record<string, string>;
  let loadedAt = 0;
  /** The question that the heading belongs to. */
  let headed = '';

  const summaryParts = (answer: Promise<Summary>, { signal }: AbortController): Promise<Filled>[] => {
    const asked = keyOf(view);
    return [
      key.fill(asked, answer, firstTiles),
      more.fill(asked, answer, moreTiles),
      trend.card.fill(asked, trendOf(answer, signal), (shown) => trend.nodes(shown, view.chart)),
      vitalsCard.fill(asked, answer, ({ metrics: { webVitals } }) => [
        folded(vitalsCard, words.vitals.line(format.millis(webVitals.lcpMs.p75)), vitals(webVitals)),
      ]),
      ingestCard.fill(asked, answer, (summary) =>
        summary.ingest
          ? [folded(ingestCard, words.ingest.line(format.share(summary.ingest.successPct)), ingest(summary.ingest))]
          : [h('p', { class: 'quiet' }, words.ingest.filtered)],
      ),
    ];
  };

  /** One day by its hours, against those of the day before; several days by days. */
  const trendOf = async (answer: Promise<Summary>, signal: AbortSignal): Promise<Trend> => {
    const { trend: points, compareTo, window } = await answer;
    if (window.from === window.to) {
      // The hours are those of the property's time zone.
      await propertyOf(signal);
      const [hours, before] = await Promise.all([
        hoursOf(window.from, view, signal),
        compareTo ? hoursOf(compareTo.from, view, signal) : [],
      ]);
      return { points: hours, before, open: thisHour() };
    }
    // All that there is begins with the first visit.
    const first = view.window === 'all' ? Math.max(0, points.findIndex(({ pageViews }) => pageViews > 0)) : 0;
    const before = view.window === 'all' ? [] : await trendBefore(compareTo, view, signal);
    return { points: points.slice(first), before, open: today() };
  };

  const load = async (): Promise<void> => {
    underWay.abort();
    underWay = new AbortController();
    const { signal } = underWay;
    say(words.loading);
    const answer = summaryOf(view, signal);
    params = question(view, today());
    const filled = await Promise.all([
      ...summaryParts(answer, underWay),
      answer.then(showSummary, () => (signal.aborted ? {} : forget())),
      sources.load(keyOf(view), view.sources, params, signal),
      pages.load(keyOf(view), view.pages, params, signal),
      ...others.map(({ dimension, load }) => load(keyOf(view), dimension, params, signal)),
      leadsBy.load(keyOf(view), view, signal),
      funnel.load(keyOf(view), view, signal),
      extras.load(keyOf(view), view, signal),
      propertyOf(signal).then((property) => loadGoals(property, signal), () => ({})),
      leads.load(view.property, propertyOf(signal), signal),
    ]);
    if (!signal.aborted) {
      loadedAt = Date.now();
      report(filled);
    }
  };

  /** Goals are each property's own. */
  const loadGoals = (property: string, signal: AbortSignal): Promise<Filled> => {
    realtime.show(property);
    forms.show(property);
    return property
      ? goals.load(keyOf(view), 'goal', params, signal)
      : goals.card.fill(keyOf(view), Promise.resolve(), () => [h('p', { class: 'quiet' }, words.breakdowns.chooseProperty)]);
  };

  /** One card, when another of its tabs was chosen. */
  const loadCard = async (filled: Promise<Filled>): Promise<void> => {
    const one = await filled;
    if (one.problem) {
      report([one]);
    }
  };

  const report = (filled: Filled[]): void => {
    const failed = filled.filter((each): each is Filled & { problem: Problem } => each.problem !== undefined);
    const worst = failed.find(({ problem }) => problem.cause === 'away') ?? failed[0];
    const isOld = failed.length > 0 && failed.every((each) => each.isOld);
    element.classList.toggle('stale', isOld);
    if (worst) {
      say('');
      fail(worst.problem, isOld, () => void load());
    } else {
      clear();
    }
  };

  /** The property that is shown: the chosen one, else the service's default. */
  const propertyOf = async (signal: AbortSignal): Promise<string> => {
    if (!properties) {
      properties = await ask<Properties>('/v1/dashboard/properties', {}, signal);
      showPicker();
      showTitle();
    }
    return view.property || (properties.defaultPropertyId ?? '');
  };

  /** With whose days the view is of. */
  const showPicker = (): void => {
    const shown = view.property || properties?.defaultPropertyId;
    const of = (properties?.properties ?? []).filter(({ id }) => !shown || id === shown);
    const zones = [...new Set(of.map(({ timeZone }) => timeZone))];
    if (zones.length > 0) {
      goBy(zones);
      days.textContent = words.fresh.days(zones.length === 1 ? zones[0]! : '');
    }
    picker.show(view, properties, session.properties === null);
  };

  const showTitle = (): void => {
    const shown = view.property || properties?.defaultPropertyId;
    const name = properties?.properties.find(({ id }) => id === shown)?.name;
    document.title = [name, heading.textContent, 'AltContext'].filter(Boolean).join(' · ');
  };

  /** Clears the heading and the notices of another view when this one has no answer. */
  const forget = (): Filled => {
    if (headed !== keyOf(view)) {
      heading.textContent = words.title;
      compared.textContent = '';
      asOf.textContent = '';
      warning.hidden = true;
      welcome.hidden = true;
    }
    return {};
  };

  const showSummary = (summary: Summary): Filled => {
    headed = keyOf(view);
    const { window, compareTo, freshness, metrics } = summary;
    const first = view.window === 'all' ? summary.trend.find(({ pageViews }) => pageViews > 0) : undefined;
    const shownDays = first ? words.picker.since(format.day(first.day)) : format.days(window.from, window.to);
    heading.textContent = shownDays;
    compared.textContent = compareTo ? words.picker.comparedWith(format.days(compareTo.from, compareTo.to)) : '';
    showTitle();
    showFreshness(freshness, summary.from === 'raw');
    const isEmpty = !view.filters.length && (summary.ingest?.totalEventsAccepted ?? 0) === 0 && !metrics.uniqueVisitors.value;
    welcome.hidden = !isEmpty;
    // A window of full days does not include today, when the first visits may have come.
    lookAtToday.hidden = view.window === 'today';
    say(words.fresh.loaded(shownDays, format.whole(metrics.uniqueVisitors.value)));
    return {};
  };

  const showFreshness = ({ rolledUpThrough, rolledUpAt, lagDays, gaps, generatedAt }: Freshness, isRaw: boolean): void => {
    const at = isRaw ? generatedAt : rolledUpAt;
    asOf.textContent = at ? words.fresh.asOf(format.moment(at)) : words.fresh.never;
    const late = rolledUpThrough !== null && lagDays !== null && lagDays > 1;
    const faults = [
      late && words.fresh.behind(format.day(rolledUpThrough), format.dayCount(lagDays)),
      gaps.length > 0 && words.fresh.gaps(format.list(gaps.slice(0, GAPS).map(format.day)), gaps.length - GAPS),
    ].filter(Boolean);
    warning.hidden = !faults.length;
    warning.textContent = faults.join(' ');
  };

  const lookAtToday = h(
    'button',
    { type: 'button', click: () => change({ window: 'today', from: '', to: '' }) },
    words.empty.today,
  );
  welcome.append(
    h('h2', {}, words.empty.heading),
    h('p', {}, words.empty.text),
    h('pre', { tabindex: 0 }, h('code', {}, tag())),
    h('p', { class: 'quiet' }, words.empty.origin),
    h('p', { class: 'quiet' }, words.empty.more),
    lookAtToday,
  );
  const refresh = h('button', { type: 'button', class: 'plain', click: () => void load() }, words.refresh);
  const element = h(
    'div',
    { class: 'overview' },
    h('a', { class: 'skip', href: '#figures' }, words.skip),
    h('header', { class: 'top' }, h('p', { class: 'brand' }, 'AltContext'), account),
    picker.element,
    h(
      'main',
      {},
      h('div', { class: 'about' }, heading, compared, h('p', { class: 'fresh' }, asOf, refresh)),
      alert,
      warning,
      status,
      welcome,
      key.element,
      leadsBy.card.element,
      trend.card.element,
      h('div', { class: 'pair' }, sources.card.element, pages.card.element),
      more.element,
      h('div', { class: 'pair' }, goals.card.element, realtime.card.element),
      h('div', { class: 'pair' }, funnel.card.element, extras.card.element),
      h('div', { class: 'triple' }, ...others.map((each) => each.card.element)),
      readsLeads && forms.card.element,
      h(
        'div',
        { class: 'pair uneven' },
        h('div', { class: 'stack' }, vitalsCard.element, ingestCard.element),
        !session.share && leads.card.element,
      ),
      days,
    ),
  );

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
  const timer = setInterval(refreshWhenOld, REFRESH_MS);
  document.addEventListener('visibilitychange', refreshWhenOld);
  window.addEventListener('online', retryWhenBack);

  return {
    element,
    focus: (): void => heading.focus(),
    /** Shows a view, and asks for what of it is not there yet. */
    show: (next: View): void => {
      const old = view as View | undefined;
      view = next;
      showPicker();
      trend.choose(view.chart);
      filters.show(view.filters);
      segments.show(view.filters.length > 0);
      if (!old || keyOf(old) !== keyOf(view)) {
        void load();
        return;
      }
      if (old.leads !== view.leads || old.touch !== view.touch) {
        void loadCard(leadsBy.load(keyOf(view), view, underWay.signal));
      }
      if (old.steps.join() !== view.steps.join()) {
        void loadCard(funnel.load(keyOf(view), view, underWay.signal));
      }
      if (old.extras !== view.extras) {
        void loadCard(extras.load(keyOf(view), view, underWay.signal));
      }
      if (old.sources !== view.sources) {
        void loadCard(sources.load(keyOf(view), view.sources, params, underWay.signal));
      }
      if (old.pages !== view.pages) {
        void loadCard(pages.load(keyOf(view), view.pages, params, underWay.signal));
      }
    },
    /** Stops when the page is no longer shown. */
    end: (): void => {
      underWay.abort();
      realtime.end();
      clearInterval(timer);
      document.removeEventListener('visibilitychange', refreshWhenOld);
      window.removeEventListener('online', retryWhenBack);
    },
  };
};
