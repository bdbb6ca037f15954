import { problemOf } from './api';
import { h, newId } from './dom';
import { problemText } from './notice';
import { words } from './words';

/**
 * Shows a dialog. Closing it returns the focus to the button that opened it.
 *
 * @param style its classes
 * @param buttons shown before the one that closes the dialog
 */
export const showDialog = (style: string, heading: Node | string, buttons: Node[], content: Node): HTMLDialogElement => {
  const id = newId();
  const close = h('button', { type: 'button', class: 'plain close', click: () => dialog.close() }, words.breakdowns.close);
  const dialog = h(
    'dialog',
    { class: style, 'aria-labelledby': id, close: () => dialog.remove() },
    h('header', {}, h('h2', { id }, heading), ...buttons, close),
    content,
  );
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
};

/** Loads content and shows it in a part of a dialog, or shows why it could not be loaded. */
export const load = async (dialog: HTMLDialogElement, body: HTMLElement, content: () => Promise<Node[]>): Promise<void> => {
  dialog.ariaBusy = 'true';
  body.replaceChildren(h('p', { class: 'quiet', role: 'status' }, words.loading));
  try {
    body.replaceChildren(...(await content()));
  } catch (failure) {
    body.replaceChildren(h('p', { class: 'problem', role: 'alert' }, problemText(problemOf(failure))));
  } finally {
    dialog.ariaBusy = null;
  }
};
