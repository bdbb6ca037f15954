import { post } from './api';
import { bars, barsFile, type Bar, tools } from './bars';
import { card } from './card';
import { h, newId, userText } from './dom';
import { bodyOf } from './loading';
import { keyOf, type Part } from './part';
import { eventName } from './values';
import type { Change, View } from './view';
import { format, words } from './words';

interface Step {
  path?: string;
  event?: string;
  sessions: number;
  share: number | null;
}

interface Funnel {
  sessions: number;
  steps: Step[];
}

/** A step as it is typed: a path begins with a slash, and everything else is an event. */
const stepOf = (text: string): { path: string } | { event: string } => (text.startsWith('/') ? { path: text } : { event: text });

/** How many sessions reached each of some steps, in order. The steps are in the page's address. */
export const funnelCard = (change: Change): Part => {
  const made = card(words.funnel.heading, { class: 'funnel' });
  const steps = h('input', { id: newId(), spellcheck: 'false', autocomplete: 'off', placeholder: '/pricing, form_start, form_submit' });
  let shown = '';
  const form = h(
    'form',
    {
      class: 'download',
      submit: (event) => {
        event.preventDefault();
        // A step in the address may contain a comma: it stays one step unless something else is typed.
        if (steps.value === shown) {
          return;
        }
        change({ steps: steps.value.split(',').map((step) => step.trim()).filter(Boolean).slice(0, 8) });
      },
    },
    h('label', { for: steps.id }, words.funnel.steps),
    steps,
    h('button', { type: 'submit' }, words.picker.apply),
  );
  made.element.insertBefore(form, made.body);
  const asks = (view: View): string => `${keyOf(view)} ${JSON.stringify(view.steps)}`;
  return {
    card: made,
    asks,
    load: (view, signal) => {
      const asked = view.steps.join(', ');
      // What is being typed stays when only the figures are new.
      if (asked !== shown) {
        shown = asked;
        steps.value = asked;
      }
      const answer =
        view.steps.length < 2
          ? Promise.resolve(undefined)
          : post<Funnel>('/v1/metrics/funnel', { ...bodyOf(view), steps: view.steps.map(stepOf) }, signal);
      return made.fill(asks(view), answer, (funnel) =>
        funnel ? content(funnel) : [h('p', { class: 'quiet' }, words.funnel.hint)],
      );
    },
  };
};

const content = ({ sessions, steps }: Funnel): HTMLElement[] => {
  const heads = [words.breakdowns.sessions, words.funnel.share, words.funnel.all];
  const rows = steps.map(({ path, event = '', sessions: came, share }, i): Bar => {
    const name = path === undefined ? eventName(event) : userText(path);
    const all = sessions ? came / sessions : null;
    return {
      value: path ?? event,
      name: h('span', {}, `${i + 1}. `, name),
      share: all ?? 0,
      figures: [
        [came, format.whole(came)],
        [share, format.share(share)],
        [all, format.share(all)],
      ],
    };
  });
  return [bars(words.funnel.heading, heads, rows), tools(barsFile(words.funnel.heading, heads, rows))];
};
