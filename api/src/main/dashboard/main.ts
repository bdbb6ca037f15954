import { problemOf, whenForbidden, whenSignedOut } from './api';
import { h } from './dom';
import { overview } from './overview';
import { problemText } from './notice';
import { session, type Session, signIn, signInPage, signInProblem, signOut } from './signin';
import { changed, read, type View, write } from './view';
import { format, words } from './words';

/** The overview, while it is shown. */
let open: (ReturnType<typeof overview> & { session: Session; again: () => void }) | undefined;

const page = (element: HTMLElement): void => {
  open?.end();
  open = undefined;
  document.body.replaceChildren(element);
};

const addressOf = (view: View): string => location.pathname + write(view);

/** A link to this view in the other language, which the service remembers. */
const languageLink = (): HTMLAnchorElement => {
  const other = document.documentElement.lang === 'fr' ? 'en' : 'fr';
  const link = h('a', { class: 'language', lang: other, hreflang: other }, words.otherLanguage);
  const updateAddress = (): void => {
    const params = new URLSearchParams(location.search);
    params.set('lang', other);
    link.href = `?${params}`;
  };
  updateAddress();
  // The view may have changed since the link was made.
  link.addEventListener('click', updateAddress);
  link.addEventListener('contextmenu', updateAddress);
  return link;
};

const showSignIn = (why: string): void => {
  page(signInPage(why, languageLink(), (begun) => showOverview(begun, true)));
  document.title = `${words.signIn.heading} · AltContext`;
  document.querySelector<HTMLElement>('#key')?.focus();
};

/** The view in the address, limited to what the session may show. */
const currentView = ({ properties }: Session): View => {
  const view = read(location.search);
  const known = !properties || properties.includes(view.property);
  return known ? view : { ...view, property: properties[0] ?? '' };
};

const showOverview = (session: Session, isNew: boolean): void => {
  const { expiresAt } = session;
  const message = h('span', { class: 'problem', role: 'alert' });
  const leave = h(
    'button',
    {
      type: 'button',
      class: 'plain',
      title: words.signedInUntil(format.moment(expiresAt)),
      click: async () => {
        try {
          await signOut();
          showSignIn(words.signIn.done);
        } catch (failure) {
          message.textContent = problemText(problemOf(failure));
        }
      },
    },
    words.signOut,
  );
  const account = h('div', { class: 'account' }, message, languageLink(), leave);
  const made = overview((change) => {
    const view = changed(currentView(session), change);
    if (addressOf(view) !== location.pathname + location.search) {
      history.pushState(null, '', addressOf(view));
    }
    made.show(currentView(session));
  }, account, session);
  page(made.element);
  open = { ...made, session, again: () => made.show(currentView(session)) };
  open.again();
  if (isNew) {
    made.focus();
  }
};

const permissionsOf = ({ scopes, properties, share }: Session): string => JSON.stringify([scopes, properties, share]);

/** Another tab may have begun a session that may see other things, for example with a share link: then shows what it may see. */
const checkSession = async (): Promise<void> => {
  if (!open || document.hidden) {
    return;
  }
  // Without an answer, the next request for figures says what is wrong.
  const current = await session().catch(() => undefined);
  if (open && current && permissionsOf(current) !== permissionsOf(open.session)) {
    showOverview(current, false);
  }
};

/**
 * The key of a share link, in the part of the address that is never sent to a server. It is removed from the address at
 * once.
 */
const sharedKey = (): string => {
  const key = /^#key=(.+)$/.exec(location.hash)?.[1] ?? '';
  if (key) {
    history.replaceState(null, '', location.pathname + location.search);
  }
  return key;
};

const signInWith = async (key: string): Promise<void> => {
  try {
    showOverview(await signIn(key), false);
  } catch (failure) {
    const problem = problemOf(failure);
    showSignIn(problem.cause === 'signed_out' ? words.signIn.linkEnded : signInProblem(problem));
  }
};

const start = async (isFirst = false): Promise<void> => {
  const key = sharedKey();
  const message = h('p', { role: 'status' }, words.loading);
  const waiting = h('main', { class: 'sign-in' }, message);
  page(waiting);
  if (key) {
    await signInWith(key);
    return;
  }
  // The browser sent no cookie with the page: to ask for a session would only log an error.
  if (isFirst && document.documentElement.dataset.signedOut !== undefined) {
    showSignIn('');
    return;
  }
  try {
    showOverview(await session(), false);
  } catch (failure) {
    const problem = problemOf(failure);
    if (problem.cause === 'signed_out') {
      showSignIn('');
    } else {
      message.textContent = problemText(problem);
      waiting.append(h('button', { type: 'button', click: () => void start() }, words.retry));
    }
  }
};

// The service has read the language from the address and keeps it, so a shared link need not contain it.
history.replaceState(null, '', addressOf(read(location.search)) + location.hash);
whenSignedOut(() => open && showSignIn(words.signIn.ended));
whenForbidden(() => void checkSession());
document.addEventListener('visibilitychange', () => void checkSession());
window.addEventListener('popstate', () => {
  // The details dialog belongs to the view that was left.
  document.querySelector<HTMLDialogElement>('dialog[open]')?.close();
  if (/^#key=/.test(location.hash)) {
    void start();
  } else {
    open?.again();
  }
});
// A page from the browser's cache may be shown to another person.
window.addEventListener('pageshow', ({ persisted }) => persisted && void start());
void start(true);
