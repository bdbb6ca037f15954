import { Problem, problemOf, send } from './api';
import { h } from './dom';
import { problemText } from './notice';
import { format, words } from './words';

export interface Session {
  expiresAt: string;
  scopes: string[];
  /** The properties that can be shown; null for all. */
  properties: string[] | null;
  /** Whether the session was begun with a share link. */
  share: boolean;
}

export const session = async (): Promise<Session> => (await send('/v1/dashboard/session')).json();

export const signOut = (): Promise<Response> => send('/v1/dashboard/session', { method: 'DELETE' });

export const signIn = async (key: string): Promise<Session> =>
  (
    await send('/v1/dashboard/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key }),
    })
  ).json();

export const signInProblem = (problem: Problem): string => {
  switch (problem.cause) {
    case 'signed_out':
    case 'refused':
      return words.signIn.wrong;
    case 'rate_limited':
      return words.signIn.locked(format.seconds(Math.max(1, problem.wait)));
    default:
      return problemText(problem);
  }
};

/**
 * The sign-in form: the key goes to the service only, and a cookie that no script can read comes back.
 *
 * @param why the text above the form, such as that a session has ended
 */
export const signInPage = (why: string, languageLink: HTMLElement, done: (session: Session) => void): HTMLElement => {
  const key = h('input', {
    id: 'key',
    type: 'password',
    autocomplete: 'current-password',
    autocapitalize: 'none',
    spellcheck: 'false',
    'aria-describedby': 'key-fault key-hint',
  });
  const fault = h('p', { id: 'key-fault', class: 'problem', role: 'alert' });
  const button = h('button', { type: 'submit', class: 'main' }, words.signIn.button);
  const show = (text: string, isOfKey: boolean): void => {
    fault.textContent = text;
    key.setAttribute('aria-invalid', String(isOfKey));
    key.focus();
    key.select();
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (button.ariaDisabled === 'true') {
      return;
    }
    if (!key.value.trim()) {
      show(words.signIn.empty, true);
      return;
    }
    button.ariaDisabled = 'true';
    button.textContent = words.signIn.busy;
    try {
      const session = await signIn(key.value.trim());
      key.value = '';
      done(session);
    } catch (failure) {
      const problem = problemOf(failure);
      show(signInProblem(problem), problem.cause === 'signed_out' || problem.cause === 'refused');
    } finally {
      button.ariaDisabled = null;
      button.textContent = words.signIn.button;
    }
  };
  return h(
    'main',
    { class: 'sign-in' },
    h(
      'form',
      { novalidate: true, submit: (event) => void submit(event) },
      h('p', { class: 'brand' }, 'AltContext'),
      h('h1', {}, words.signIn.heading),
      h('p', { class: 'why', role: 'status' }, why),
      // Password managers file a key under a name.
      h('input', { type: 'text', name: 'username', autocomplete: 'username', value: 'admin', hidden: true }),
      h('label', { for: 'key' }, words.signIn.key),
      key,
      fault,
      button,
      h('p', { id: 'key-hint', class: 'quiet' }, words.signIn.hint),
    ),
    h('footer', {}, languageLink),
  );
};
