import { ask, post } from './api';
import { tools } from './bars';
import { card, refill } from './card';
import { h, newId } from './dom';
import { showProblem } from './notice';
import { personDialog } from './person';
import { explained, type Submission, submissionFile, submissionTable } from './submission';
import { words } from './words';

interface Page {
  rows: Submission[];
  next: string | null;
}

const PATH = '/v1/leads/submissions';

/**
 * The form submissions. They are loaded only when the list is opened, since each request is written to the audit log.
 *
 * @param person absent if the key may not see all that is held about a person
 */
export const formsCard = (person?: { mayErase: boolean }) => {
  const made = card(words.forms.heading, { class: 'forms' });
  let property = '';
  let rows: Submission[] = [];
  let next: string | null = null;
  /** The search that the list is about, whatever is being typed. */
  let email = '';
  let controller = new AbortController();
  /** Cancels requests: the list is about one property and one search, and an answer that comes later is about another. */
  const stop = (): void => {
    controller.abort();
    made.element.removeAttribute('aria-busy');
  };
  const search = h('input', { type: 'search', id: newId(), autocomplete: 'off', spellcheck: 'false' });
  const list = h('div', { class: 'list-of-forms' });
  const load = async (more: boolean): Promise<void> => {
    if (more && made.element.ariaBusy === 'true') {
      return;
    }
    stop();
    controller = new AbortController();
    const { signal } = controller;
    made.element.setAttribute('aria-busy', 'true');
    if (!list.firstChild) {
      list.append(h('p', { class: 'quiet' }, words.loading));
    }
    const params = { ...(property && { propertyId: property }), ...(more && next && { cursor: next }) };
    if (!more) {
      email = search.value.trim();
    }
    try {
      const page = email
        ? await post<Page>(`${PATH}?${new URLSearchParams(params)}`, { email }, signal)
        : await ask<Page>(PATH, params, signal);
      if (!signal.aborted) {
        fill(more ? [...rows, ...page.rows] : page.rows, page.next, more);
      }
    } catch (failure) {
      if (!signal.aborted) {
        if (!more) {
          rows = [];
          list.replaceChildren();
        }
        showProblem(list, failure);
      }
    } finally {
      if (!signal.aborted) {
        made.element.removeAttribute('aria-busy');
      }
    }
  };
  /** Shows rows. If some were added, the list does not scroll, and the focus goes to the first new one. */
  const fill = (all: Submission[], after: string | null, isMore: boolean): void => {
    const first = rows.length;
    const top = list.querySelector('.scroll')?.scrollTop ?? 0;
    rows = all;
    next = after;
    refill(made.element, list, content);
    if (isMore) {
      list.querySelector('.scroll')!.scrollTop = top;
      list.querySelectorAll<HTMLElement>('tbody button')[first]?.focus();
    }
  };
  const content = (): HTMLElement[] => [
    rows.length
      ? submissionTable(rows, person && ((email) => void personDialog(email, person.mayErase, () => void load(false))))
      : h('p', { class: 'quiet' }, email ? words.forms.noneOf : words.forms.none),
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
        stop();
        rows = [];
        next = null;
        email = '';
        search.value = '';
        list.replaceChildren();
        fold.open = false;
      }
    },
  };
};
