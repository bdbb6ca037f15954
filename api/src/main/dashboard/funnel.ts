import { post } from './api';
import { bars } from './bars';
import { card, type Filled } from './card';
import { today } from './clock';
import { foreign, h, newId } from './dom';
import { asked, periodOf, type View } from './view';
import { format, words } from './words';

interface Step {
  path?: string;
  event?: string;
  sessions: number;
  share: number | null;
}

/** A step as it is typed: a path begins with a slash, and everything else is an event. */
const stepOf = (text: string): { path: string } | { event: string } => (text.startsWith('/') ? { path: text } : { event: text });

/** How many sessions came to each of some steps, in their order. The steps stand in the address. */
export const funnelCard = (change: (change: Partial<View>) => void) => {
  const made = card(words.funnel.heading, { class: 'funnel' });
  const steps = h('input', { id: newId(), spellcheck: 'false', autocomplete: 'off', placeholder: '/pricing, form_start, form_submit' });
  const form = h(
    'form',
    {
      class: 'download',
      submit: (event) => {
        event.preventDefault();
        change({ steps: steps.value.split(',').map((step) => step.trim()).filter(Boolean).slice(0, 8) });
      },
    },
    h('label', { for: steps.id }, words.funnel.steps),
    steps,
    h('button', { type: 'submit' }, words.picker.apply),
  );
  made.element.insertBefore(form, made.body);
  return {
    card: made,
    load: (key: string, view: View, signal: AbortSignal): Promise<Filled> => {
      steps.value = view.steps.join(', ');
      const answer =
        view.steps.length < 2
          ? Promise.resolve(undefined)
          : post<{ sessions: number; steps: Step[] }>(
              '/v1/metrics/funnel',
              {
                ...(view.property && { propertyId: view.property }),
                dateRange: periodOf(view, today()),
                steps: view.steps.map(stepOf),
                filters: asked(view.filters),
              },
              signal,
            );
      return made.fill(`${key} ${view.steps.join()}`, answer, (funnel) => [
        funnel
          ? bars(
              words.funnel.heading,
              [words.breakdowns.sessions, words.funnel.share],
              funnel.steps.map(({ path, event, sessions, share }) => ({
                name: path === undefined ? (words.breakdowns.events[event ?? ''] ?? foreign(event ?? '')) : foreign(path),
                share: funnel.sessions ? sessions / funnel.sessions : 0,
                figures: [format.whole(sessions), format.share(share)],
              })),
            )
          : h('p', { class: 'quiet' }, words.funnel.hint),
      ]);
    },
  };
};
