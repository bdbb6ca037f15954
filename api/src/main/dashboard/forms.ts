import { ask, post, problemOf } from './api';
import { card } from './card';
import { foreign, h, newId } from './dom';
import { said } from './notice';
import { personDialog } from './person';
import { table } from './table';
import { name } from './values';
import { format, words } from './words';

interface Touch {
  trafficSource: string | null;
  utmCampaign: string | null;
}

interface Submission {
  propertyId: string;
  submittedAt: string;
  formName: string;
  fields: Record<string, unknown> | null;
  isBot: boolean;
  lead: { email: string; consent: { status: string; expiresAt: string | null }; touches: { first: Touch; capture: Touch } };
}

interface Page {
  rows: Submission[];
  next: string | null;
}

const PATH = '/v1/leads/submissions';

/** What forms brought. It is asked for when it is opened, since each look is written to the audit log. */
export const formsCard = (mayForget: boolean) => {
  const made = card(words.forms.heading, { class: 'forms' });
  let property = '';
  let rows: Submission[] = [];
  let next: string | null = null;
  const search = h('input', { type: 'search', id: newId(), autocomplete: 'off', spellcheck: 'false' });
  const list = h('div', { class: 'list-of-forms' });
  const load = async (more: boolean): Promise<void> => {
    const params = { ...(property && { propertyId: property }), ...(more && next && { cursor: next }) };
    const email = search.value.trim();
    try {
      const page = email
        ? await post<Page>(`${PATH}?${new URLSearchParams(params)}`, { email })
        : await ask<Page>(PATH, params);
      rows = more ? [...rows, ...page.rows] : page.rows;
      next = page.next;
      list.replaceChildren(...content());
    } catch (failure) {
      list.replaceChildren(h('p', { class: 'problem', role: 'alert' }, said(problemOf(failure))));
    }
  };
  const content = (): (HTMLElement | string)[] => [
    rows.length
      ? table(
          words.forms.table,
          [words.forms.lead, words.person.when, words.dimensions.form!, words.forms.fields, words.leads.status, words.dimensions.traffic_source!],
          { rows: rows.map(row) },
        )
      : h('p', { class: 'quiet' }, words.forms.none),
    ...(next ? [h('button', { type: 'button', click: () => void load(true) }, words.forms.more)] : []),
  ];
  const row = ({ submittedAt, formName, fields, isBot, lead }: Submission): (string | Node)[] => [
    h(
      'button',
      {
        type: 'button',
        class: 'plain',
        click: () => void personDialog(lead.email, mayForget, () => void load(false)),
      },
      h('bdi', {}, lead.email),
    ),
    format.moment(submittedAt),
    isBot ? `${formName} (${words.forms.bot})` : formName,
    foreign(Object.entries(fields ?? {}).map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`).join(', ')),
    consent(lead.consent),
    name('traffic_source', lead.touches.first.trafficSource),
  ];
  const form = h(
    'form',
    {
      class: 'download',
      role: 'search',
      submit: (event) => {
        event.preventDefault();
        void load(false);
      },
    },
    h('label', { for: search.id }, words.forms.search),
    search,
    h('button', { type: 'submit' }, words.forms.find),
  );
  const fold = h(
    'details',
    { toggle: () => fold.open && rows.length === 0 && void load(false) },
    h('summary', {}, words.forms.open),
    form,
    list,
    h('p', { class: 'quiet' }, words.forms.audit),
  );
  made.body.append(fold);
  return {
    card: made,
    /** Closes the list of another property. */
    show: (shown: string): void => {
      if (shown !== property) {
        property = shown;
        rows = [];
        list.replaceChildren();
        fold.open = false;
      }
    },
  };
};

const consent = ({ status, expiresAt }: Submission['lead']['consent']): string => {
  const said = (words.leads as unknown as Record<string, string>)[status] ?? status;
  return status === 'implied' && expiresAt ? words.forms.until(said, format.day(expiresAt.slice(0, 10))) : said;
};
