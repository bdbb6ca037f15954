import { ask, post, problemOf } from './api';
import { tools } from './bars';
import { card } from './card';
import { h, newId } from './dom';
import { said } from './notice';
import { personDialog } from './person';
import { explained, type Submission, submissionFile, submissionTable } from './submission';
import { words } from './words';

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
  const content = (): HTMLElement[] => [
    rows.length
      ? submissionTable(rows, (email) => void personDialog(email, mayForget, () => void load(false)))
      : h('p', { class: 'quiet' }, words.forms.none),
    ...explained(rows),
    ...(next ? [h('button', { type: 'button', click: () => void load(true) }, words.forms.more)] : []),
    ...(rows.length ? [tools(submissionFile(rows))] : []),
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
