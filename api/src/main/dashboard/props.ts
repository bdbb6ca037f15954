import { post } from './api';
import { h, newId, plainText } from './dom';
import type { Answer } from './figures';
import { bodyOf } from './loading';
import { listOf, valuesOf } from './valuelist';
import { eventName } from './values';
import type { AddFilter, Change, View } from './view';
import { format, words } from './words';

/** Links and files have lists of their own. */
const ELSEWHERE = ['outbound_click.url', 'file_download.url'];

/** An event and a key of its props. */
interface Prop {
  id: string;
  event: string;
  key: string;
}

type Show = (change: Change, filter: AddFilter) => HTMLElement[];

/** The values of one key of one event: the event and key of the view, or the most frequent ones. */
export const propsOf = async (view: View, signal: AbortSignal): Promise<Show> => {
  const found = await post<Answer>(
    '/v1/metrics/query',
    { ...bodyOf(view), metrics: ['events'], dimensions: ['event_type', 'props'], limit: 100 },
    signal,
  );
  const props = found.rows
    .map(({ dimensions: [event, key] }): Prop => ({ id: `${event}.${key}`, event: event ?? '', key: key ?? '' }))
    .filter(({ id }) => !ELSEWHERE.includes(id));
  const chosen = props.find(({ id }) => id === view.prop) ?? props[0];
  if (!chosen) {
    return () => [h('p', { class: 'quiet' }, words.extras.noProps)];
  }
  const dimension = `props.${chosen.key}`;
  const values = await valuesOf(view, signal, ['visitors', 'events'], dimension, [
    ['is', 'event_type', [chosen.event]],
    ['is_not', dimension, [null]],
  ]);
  return (change, filter) => [
    pickerOf(props, chosen, change),
    ...listOf(
      textOf(chosen),
      [words.breakdowns.visitors, words.extras.events],
      values,
      dimension,
      ([visitors, events]) => [
        [visitors, format.whole(visitors)],
        [events, format.whole(events)],
      ],
      filter,
    ),
  ];
};

const textOf = ({ event, key }: Prop): string => `${plainText(eventName(event))} · ${key}`;

const pickerOf = (props: Prop[], chosen: Prop, change: Change): HTMLElement => {
  const select = h(
    'select',
    { id: newId(), change: () => change({ prop: select.value }) },
    ...props.map((prop) => h('option', { value: prop.id, selected: prop === chosen }, textOf(prop))),
  );
  return h('p', { class: 'picker' }, h('label', { for: select.id }, words.extras.prop), select);
};
