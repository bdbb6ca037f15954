import { post, type Problem, problemOf } from './api';
import { showDialog } from './dialog';
import { h, newId } from './dom';
import { problemText } from './notice';
import { knownEvent } from './values';
import { words } from './words';

export type GoalTarget = { path: string } | { event: string };

/**
 * Asks for a name, and adds the goal.
 *
 * @param added is called when the service has counted it
 */
export const goalDialog = (propertyId: string, target: GoalTarget, added: () => void): void => {
  const isPage = 'path' in target;
  const name = h('input', { id: newId(), required: true, maxlength: 64, autocomplete: 'off' });
  const what = h('input', { id: newId(), required: true, spellcheck: 'false', autocomplete: 'off', readonly: !isPage });
  what.value = isPage ? target.path : target.event;
  name.value = isPage ? Array.from(words.goal.visited(target.path)).slice(0, 64).join('') : (knownEvent(target.event) ?? target.event);
  const message = h('p', { class: 'problem', role: 'alert' });
  const button = h('button', { type: 'submit', class: 'main' }, words.goal.add);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (button.ariaDisabled === 'true') {
      return;
    }
    // The browser itself says which field is empty, but it lets blanks pass.
    name.value = name.value.replaceAll(/\p{Cc}+/gu, ' ').trim();
    what.value = isPage ? what.value.trim() : what.value;
    if (!name.reportValidity() || !what.reportValidity()) {
      return;
    }
    button.ariaDisabled = 'true';
    message.textContent = '';
    try {
      await post('/v1/goals', { propertyId, name: name.value, ...(isPage ? { path: what.value } : target) });
      dialog.close();
      added();
    } catch (failure) {
      message.textContent = reason(problemOf(failure));
      name.focus();
    } finally {
      button.ariaDisabled = null;
    }
  };
  const form = h(
    'form',
    { class: 'fields', submit: (event) => void submit(event) },
    h('label', { for: name.id }, words.goal.name),
    name,
    h('label', { for: what.id }, isPage ? words.goal.page : words.goal.event),
    what,
    h('p', { class: 'quiet' }, isPage ? words.goal.pattern : words.goal.counted),
    message,
    button,
  );
  const dialog = showDialog('details small', words.goal.heading, [], form);
  name.select();
};

/** The service refuses a goal for its name, or because there are too many. */
const reason = (problem: Problem): string => (problem.cause === 'refused' ? words.goal.refused : problemText(problem));
