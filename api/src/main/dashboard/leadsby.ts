import { ask } from './api';
import { barsFile, type Bar, firstBars, tools } from './bars';
import { card } from './card';
import { MAX_ROWS } from './details';
import { h, segments } from './dom';
import type { LeadBreakdown, LeadRow } from './figures';
import { paramsOf } from './loading';
import { keyOf, type Part } from './part';
import { bySite } from './sites';
import { dimensionName, name } from './values';
import { type AddFilter, type Change, LEADS_BY, type LeadsBy, TOUCHES, type View } from './view';
import { format, words } from './words';

const ASKED = '200';

/** The dimension of visits for a dimension of leads. Visits have no form. */
const OF_VISITS: Partial<Record<LeadsBy, string>> = {
  'lead.source': 'traffic_source',
  'lead.campaign': 'utm_campaign',
  'lead.landing_path': 'landing_path',
  'lead.referrer_host': 'referrer_host',
};

/** The filters that also apply to leads. */
const OF_LEADS = ['traffic_source', 'referrer_host', 'utm_source', 'utm_medium', 'utm_campaign', 'landing_path'];

/** Where new leads came from, and how many of them may be written to. */
export const leadsByCard = (change: Change, filter: AddFilter): Part => {
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
  const asks = (view: View): string => `${keyOf(view)} ${view.leads} ${view.touch}`;
  return {
    card: made,
    asks,
    load: (view, signal) => {
      by.choose(view.leads);
      touch.choose(view.touch);
      const unknown = view.filters.filter(({ dimension }) => !OF_LEADS.includes(dimension));
      if (unknown.length) {
        const names = [...new Set(unknown.map(({ dimension }) => dimensionName(dimension)))];
        return made.fill(asks(view), Promise.resolve(), () => [
          h('p', { class: 'quiet' }, words.leadsBy.unknown(format.list(names))),
        ]);
      }
      const params = { ...paramsOf(view), dimension: view.leads, touch: view.touch, limit: ASKED };
      return made.fill(asks(view), ask<LeadBreakdown>('/v1/metrics/breakdown', params, signal), (breakdown) =>
        content(view.leads, breakdown, params, filter),
      );
    },
  };
};

/** Leads per session of several rows together. The sessions are computed from each row's rate. Null if a rate is not known. */
const rateOf = (rows: LeadRow[]): number | null => {
  if (rows.some(({ conversionRate }) => !conversionRate)) {
    return rows.length === 1 ? rows[0]!.conversionRate : null;
  }
  const leads = rows.reduce((sum, row) => sum + row.leads, 0);
  const sessions = rows.reduce((sum, row) => sum + row.leads / row.conversionRate!, 0);
  return leads / sessions;
};

/** The rows of an answer, with the hosts of one site as one row. */
const barsOf = (by: LeadsBy, rows: LeadRow[], filter: AddFilter): Bar[] => {
  const dimension = OF_VISITS[by];
  const bar = (group: LeadRow[], site: string | undefined): Bar => {
    const leads = group.reduce((sum, row) => sum + row.leads, 0);
    const mailable = group.reduce((sum, row) => sum + row.mailableLeads, 0);
    const rate = rateOf(group);
    const value = group[0]!.value;
    return {
      value,
      name: site ?? name(dimension ?? by, value),
      share: leads,
      figures: [
        [leads, format.whole(leads)],
        [mailable, format.whole(mailable)],
        [rate, format.share(rate)],
      ],
      filter: dimension === undefined ? undefined : (not) => filter({ not, dimension, values: group.map((row) => row.value) }),
    };
  };
  return bySite(rows, ({ leads }) => leads, bar);
};

/** All rows for a file. Values that even the longest answer leaves out become one row at the end. */
const allBars = async (by: LeadsBy, params: Record<string, string>, filter: AddFilter): Promise<Bar[]> => {
  const { rows, other } = await ask<LeadBreakdown>('/v1/metrics/breakdown', { ...params, limit: MAX_ROWS });
  const rest: Bar = { value: words.breakdowns.other, name: '', share: 0, figures: [[other.leads, ''], [other.mailableLeads, ''], [null, '']] };
  return [...barsOf(by, rows, filter), ...(other.leads ? [rest] : [])];
};

const content = (
  by: LeadsBy,
  { rows, other }: LeadBreakdown,
  params: Record<string, string>,
  filter: AddFilter,
): HTMLElement[] => {
  if (!rows.length) {
    return [h('p', { class: 'quiet' }, words.leadsBy.none)];
  }
  const all = barsOf(by, rows, filter);
  const heads = [words.leadsBy.leads, words.leadsBy.mailable, words.leadsBy.rate];
  return [
    firstBars(words.leadsBy[by], heads, all),
    h('p', { class: 'quiet' }, words.leadsBy.note),
    tools(barsFile(words.leadsBy[by], heads, other.leads ? () => allBars(by, params, filter) : all)),
  ];
};
