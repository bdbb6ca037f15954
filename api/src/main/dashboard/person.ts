import { post, postForText, problemOf } from './api';
import { tools } from './bars';
import type { FileValue } from './csv';
import { load, showDialog } from './dialog';
import { h } from './dom';
import { csvButton, save } from './files';
import { problemText } from './notice';
import { type Cell, table } from './table';
import { consentName, name } from './values';
import { format, words } from './words';

/** The fields of a person's export that the page shows. */
interface Person {
  email: string;
  leads: {
    propertyId: string;
    consentStatus: string;
    consentExpiresAt: string | null;
    consent: { status: string; source: string; formName: string | null; occurredAt: string; expiresAt: string | null }[];
  }[];
  visitors: { sessions: { startedAt: string; trafficSource: string; entryPath: string | null; pageViews: number }[] }[];
}

/**
 * Shows all that is held about one person. It can be saved as a file, and the person can be erased, which has to be confirmed.
 */
export const personDialog = (email: string, mayErase: boolean, erased: () => void): Promise<void> => {
  const body = h('div', { class: 'body' });
  const dialog = showDialog('details', h('bdi', {}, email), [], body);
  return load(dialog, body, async () => {
    const text = await postForText('/v1/leads/export', { email }, 'application/json');
    return [...content(JSON.parse(text) as Person), actions(email, text, mayErase, dialog, erased)];
  });
};

/** A table with its heading, and a file of it with the values as the service gave them. */
const part = <R>(heading: string, heads: string[], rows: R[], cells: (row: R) => Cell[], values: (row: R) => FileValue[]): HTMLElement[] => [
  h('h3', {}, heading),
  table(heading, heads, { rows: rows.map(cells) }),
  tools(csvButton(heading, heads, () => rows.map(values))),
];

const content = ({ leads, visitors }: Person): HTMLElement[] => {
  const { when, how, until } = words.person;
  const consents = leads.flatMap(({ propertyId, consent }) => consent.map((each) => ({ propertyId, ...each })));
  const sessions = visitors.flatMap((visitor) => visitor.sessions).sort((one, other) => (one.startedAt < other.startedAt ? 1 : -1));
  return [
    ...part(
      words.person.consent,
      [when, words.picker.property, words.leads.status, how, until],
      consents,
      ({ propertyId, status, source, formName, occurredAt, expiresAt }) => [
        format.moment(occurredAt),
        propertyId,
        consentName(status),
        formName ? `${words.person.sources[source] ?? source} · ${formName}` : (words.person.sources[source] ?? source),
        expiresAt ? format.dayOf(expiresAt) : '',
      ],
      ({ propertyId, status, source, formName, occurredAt, expiresAt }) => [
        occurredAt,
        propertyId,
        status,
        formName ? `${source}: ${formName}` : source,
        expiresAt,
      ],
    ),
    ...(sessions.length
      ? part(
          words.person.visits,
          [when, words.dimensions.traffic_source!, words.dimensions.landing_path!, words.breakdowns.pageViews],
          sessions,
          ({ startedAt, trafficSource, entryPath, pageViews }) => [
            format.moment(startedAt),
            name('traffic_source', trafficSource),
            name('landing_path', entryPath),
            format.whole(pageViews),
          ],
          ({ startedAt, trafficSource, entryPath, pageViews }) => [startedAt, trafficSource, entryPath, pageViews],
        )
      : [h('h3', {}, words.person.visits), h('p', { class: 'quiet' }, words.person.noVisits)]),
  ];
};

const actions = (
  email: string,
  text: string,
  mayErase: boolean,
  dialog: HTMLDialogElement,
  erased: () => void,
): HTMLElement => {
  const message = h('span', { class: 'problem', role: 'alert' });
  const erase = async (): Promise<void> => {
    try {
      await post('/v1/leads/delete', { email });
      dialog.close();
      erased();
    } catch (failure) {
      message.textContent = problemText(problemOf(failure));
    }
  };
  const first = h('button', { type: 'button', class: 'erase', click: () => ask() }, words.person.erase);
  const ask = (): void => {
    const sure = h('button', { type: 'button', class: 'sure', click: () => void erase() }, words.person.sure);
    first.replaceWith(h('span', {}, words.person.warning), sure);
    sure.focus();
  };
  return h(
    'p',
    { class: 'actions' },
    h('button', { type: 'button', click: () => save(new Blob([text], { type: 'application/json' }), 'person.json') }, words.person.save),
    mayErase && first,
    message,
  );
};
