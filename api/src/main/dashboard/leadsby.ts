import { ask, post } from './api';
import { bars } from './bars';
import { card, type Filled } from './card';
import { today } from './clock';
import { h, segments } from './dom';
import type { Answer, LeadBreakdown, LeadRow } from './figures';
import { name } from './values';
import { asked, type Filter, LEADS_BY, type LeadsBy, periodOf, question, TOUCHES, type View } from './view';
import { format, words } from './words';

const ROWS = 9;
const ASKED = '50';

/** What a visit is asked about where a lead has this value. A form is nothing that a visit has. */
const OF_VISITS: Partial<Record<LeadsBy, string>> = {
  'lead.source': 'traffic_source',
  'lead.campaign': 'utm_campaign',
  'lead.landing_path': 'landing_path',
  'lead.referrer_host': 'referrer_host',
};

/** Filters that leads know too. */
const OF_LEADS = ['traffic_source', 'referrer_host', 'utm_source', 'utm_medium', 'utm_campaign', 'landing_path'];

/** Where new leads came from, and how many of them may be written to. */
export const leadsByCard = (change: (change: Partial<View>) => void, filter: (filter: Filter) => void) => {
  const by = segments(
    { legend: words.breakdowns.choose(words.leadsBy.heading), class: 'tabs' },
    LEADS_BY.map((value) => ({ value, text: words.leadsBy[value] })),
    (leads) => change({ leads }),
  );
  const touch = segments(
    { legend: words.leadsBy.touch, class: 'tabs touch' },
    TOUCHES.map((value) => ({ value, text: words.leadsBy[value] })),
    (chosen) => change({ touch: chosen }),
  );
  const made = card(words.leadsBy.heading, { class: 'leads-by' }, by.element, touch.element);
  return {
    card: made,
    load: (key: string, view: View, signal: AbortSignal): Promise<Filled> => {
      by.choose(view.leads);
      touch.choose(view.touch);
      const dimension = OF_VISITS[view.leads];
      const filterable = view.filters.every((each) => OF_LEADS.includes(each.dimension)) && dimension !== undefined;
      if (view.filters.length > 0 && (!filterable || view.touch !== 'first')) {
        return made.fill(`${key} ${view.leads} ${view.touch}`, Promise.resolve(), () => [
          h('p', { class: 'quiet' }, view.touch === 'first' && dimension ? words.leadsBy.filtered : words.leadsBy.firstOnly),
        ]);
      }
      return made.fill(
        `${key} ${view.leads} ${view.touch}`,
        view.filters.length > 0 ? filteredRows(view, dimension!, signal) : rows(view, signal),
        (all) => content(view.leads, all, dimension, filter),
      );
    },
  };
};

const rows = async (view: View, signal: AbortSignal): Promise<LeadRow[]> => {
  const params = { ...question(view, today()), dimension: view.leads, touch: view.touch, limit: ASKED };
  return (await ask<LeadBreakdown>('/v1/metrics/breakdown', params, signal)).rows;
};

/** With filters, the leads are asked for as the visits are. */
const filteredRows = async (view: View, dimension: string, signal: AbortSignal): Promise<LeadRow[]> => {
  const body = {
    ...(view.property && { propertyId: view.property }),
    dateRange: periodOf(view, today()),
    metrics: ['newLeads', 'mailableLeads', 'sessions'],
    dimensions: [dimension],
    filters: asked(view.filters),
    limit: Number(ASKED),
  };
  const { rows: all } = await post<Answer>('/v1/metrics/query', body, signal);
  return all
    .map(({ dimensions: [value], metrics: [leads, mailable, sessions] }) => ({
      value: value ?? null,
      leads: leads ?? 0,
      mailableLeads: mailable ?? 0,
      conversionRate: sessions ? (leads ?? 0) / sessions : null,
    }))
    .filter(({ leads }) => leads > 0);
};

const content = (
  by: LeadsBy,
  all: LeadRow[],
  dimension: string | undefined,
  filter: (filter: Filter) => void,
): HTMLElement[] => {
  const shown = all.slice(0, ROWS);
  if (!shown.length) {
    return [h('p', { class: 'quiet' }, words.leadsBy.none)];
  }
  const most = Math.max(...shown.map(({ leads }) => leads));
  return [
    bars(
      words.leadsBy[by],
      [words.leadsBy.leads, words.leadsBy.mailable, words.leadsBy.rate],
      shown.map(({ value, leads, mailableLeads, conversionRate }) => ({
        name: name(dimension ?? by, value),
        share: leads / most,
        figures: [format.whole(leads), format.whole(mailableLeads), format.share(conversionRate)],
        choose: dimension === undefined ? undefined : { label: words.filters.by, filter: (not: boolean) => filter({ not, dimension, value }) },
      })),
    ),
    h('p', { class: 'quiet' }, words.leadsBy.note),
  ];
};
