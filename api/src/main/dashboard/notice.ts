import { type Problem, problemOf } from './api';
import { h } from './dom';
import { format, words } from './words';

/** A problem in words. */
export const problemText = (problem: Problem): string => {
  switch (problem.cause) {
    case 'rate_limited':
      return words.problems.rate_limited(format.seconds(Math.max(1, problem.wait)));
    case 'refused':
      return problem.firstDay ? words.problems.tooFarBack(format.day(problem.firstDay)) : words.problems.refused;
    case 'signed_out':
      return words.signIn.ended;
    case 'broken':
      return words.problems.broken(problem.requestId);
    default:
      return words.problems[problem.cause];
  }
};

/** Shows above an element why it could not be refreshed or completed, replacing an earlier such line. */
export const showProblem = (element: HTMLElement, failure: unknown): void => {
  element.querySelector(':scope > .problem')?.remove();
  element.prepend(h('p', { class: 'problem', role: 'alert' }, problemText(problemOf(failure))));
};

/** An alert for problems, and a status line for progress. Both exist from the start, so that screen readers announce changes. */
export const notices = () => {
  const alert = h('div', { class: 'alert', role: 'alert' });
  const status = h('p', { class: 'unseen', role: 'status' });
  /** When the button with the focus disappears, the focus moves to the next one, or to the figures. */
  const replace = (...nodes: Node[]): void => {
    const isFocused = alert.contains(document.activeElement);
    alert.replaceChildren(...nodes);
    if (isFocused) {
      (alert.querySelector('button') ?? document.querySelector<HTMLElement>('#figures'))?.focus();
    }
  };
  return {
    alert,
    status,
    /** @param isOld whether figures of an earlier time are still shown */
    fail: (problem: Problem, isOld: boolean, retry: () => void): void =>
      replace(
        h('p', {}, problemText(problem), isOld && ` ${words.problems.stale}`),
        h('button', { type: 'button', click: retry }, words.retry),
      ),
    clear: (): void => replace(),
    say: (text: string): void => {
      status.textContent = text;
    },
  };
};
