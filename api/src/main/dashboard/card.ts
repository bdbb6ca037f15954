import { h, newId } from './dom';
import { isAbort, type Problem, problemOf } from './api';
import { format, words } from './words';

/** A part of the page with a heading. An answer fills it; if there is none, it says so. */
export interface Card {
  element: HTMLElement;
  body: HTMLElement;
  /**
   * Shows the answer. Until it comes, the earlier content stays, in grey. If none comes, the earlier content stays and is marked
   * as old if it answers the same question; otherwise it is removed.
   */
  fill: <T>(question: string, answer: Promise<T>, show: (answer: T) => (Node | undefined)[]) => Promise<Filled>;
}

export type Filled = { problem?: Problem; isOld?: boolean; isAborted?: boolean; isSummary?: boolean };

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

const nameOf = (element: Element): string => element.ariaLabel ?? element.textContent ?? '';

/**
 * Puts other content into a card. Rows that were opened stay open. If the focus was in the removed content, it moves to
 * the control with the same name, or to the only one of its kind, or to the heading.
 */
export const refill = (element: HTMLElement, body: HTMLElement, content: () => (Node | undefined)[]): void => {
  const focused = body.contains(document.activeElement) ? document.activeElement : null;
  const opened = [...body.querySelectorAll('.opener[aria-expanded="true"]')].map(nameOf);
  // The focus was noted before, since making the content may replace a drawing.
  const nodes = content();
  body.replaceChildren(...nodes.filter((node) => node !== undefined));
  body.querySelectorAll<HTMLElement>('.opener').forEach((opener) => opened.includes(nameOf(opener)) && opener.click());
  if (focused && document.activeElement !== focused) {
    const heading = element.querySelector('h2');
    const alike = [...body.querySelectorAll<HTMLElement>(focused.localName)];
    heading?.setAttribute('tabindex', '-1');
    const same = alike.find((each) => nameOf(each) === nameOf(focused)) ?? (alike.length === 1 ? alike[0] : heading);
    same?.focus({ preventScroll: true });
  }
};

const filling = (element: HTMLElement, body: HTMLElement): Card['fill'] => {
  let answered: string | undefined;
  let asked = 0;
  return async (question, answer, show) => {
    const mine = ++asked;
    element.setAttribute('aria-busy', 'true');
    if (answered === undefined) {
      body.replaceChildren(h('p', { class: 'quiet wait' }, words.loading));
    }
    try {
      const given = await answer;
      if (mine === asked) {
        refill(element, body, () => show(given));
        answered = question;
      }
      return {};
    } catch (failure) {
      if (isAbort(failure) || mine !== asked) {
        return { isAborted: true };
      }
      const problem = problemOf(failure);
      const isOld = answered === question;
      if (!isOld) {
        answered = undefined;
        const why = problem.firstDay ? words.empty.gone(format.day(problem.firstDay)) : words.empty.failed;
        refill(element, body, () => [h('p', { class: 'quiet' }, why)]);
      } else if (!body.querySelector('.old')) {
        body.prepend(h('p', { class: 'old' }, words.empty.old));
      }
      return { problem, isOld };
    } finally {
      if (mine === asked) {
        element.removeAttribute('aria-busy');
      }
    }
  };
};
