import { h, newId } from './dom';
import { isAbort, type Problem, problemOf } from './api';
import { words } from './words';

/** A part of the page with a heading, that is filled by an answer and says so when there is none. */
export interface Card {
  element: HTMLElement;
  body: HTMLElement;
  /**
   * Shows the answer. Until it comes, the earlier content stays, in grey. If none comes, the content of the same question stays
   * and is marked as old; that of another question is removed.
   */
  fill: <T>(question: string, answer: Promise<T>, show: (answer: T) => (Node | undefined)[]) => Promise<Filled>;
}

export type Filled = { problem?: Problem; isOld?: boolean; isAborted?: boolean };

export const card = (heading: string, attributes: { class: string }, ...tools: HTMLElement[]): Card => {
  const id = newId();
  const body = h('div', { class: 'body' });
  const element = h(
    'section',
    { class: `card ${attributes.class}`, 'aria-labelledby': id },
    h('header', {}, h('h2', { id }, heading), ...tools),
    body,
  );
  return { element, body, fill: filling(element, body) };
};

export const filling = (element: HTMLElement, body: HTMLElement): Card['fill'] => {
  let answered: string | undefined;
  let asked = 0;
  return async (question, answer, show) => {
    const mine = ++asked;
    element.setAttribute('aria-busy', 'true');
    if (answered === undefined) {
      body.replaceChildren(h('p', { class: 'quiet wait' }, words.loading));
    }
    try {
      const nodes = show(await answer);
      if (mine === asked) {
        body.replaceChildren(...nodes.filter((node) => node !== undefined));
        answered = question;
      }
      return {};
    } catch (failure) {
      if (isAbort(failure) || mine !== asked) {
        return { isAborted: true };
      }
      const isOld = answered === question;
      if (!isOld) {
        answered = undefined;
        body.replaceChildren(h('p', { class: 'quiet' }, words.empty.failed));
      } else if (!body.querySelector('.old')) {
        body.prepend(h('p', { class: 'old' }, words.empty.old));
      }
      return { problem: problemOf(failure), isOld };
    } finally {
      if (mine === asked) {
        element.removeAttribute('aria-busy');
      }
    }
  };
};
