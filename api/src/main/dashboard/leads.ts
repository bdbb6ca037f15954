import { ask, fetched, type Problem, problemOf } from './api';
import { bars, barsFile, type Bar, tools } from './bars';
import { card } from './card';
import { h, newId } from './dom';
import { type Leads, STATUSES } from './figures';
import { save } from './files';
import { problemText } from './notice';
import type { Part } from './part';
import type { KnownProperties } from './properties';
import type { View } from './view';
import { format, words } from './words';

const PATH = '/v1/dashboard/leads';

/** Leads by consent, and a download of them. */
export const leadsCard = (properties: KnownProperties, downloads: boolean): Part => {
  const made = card(words.leads.heading, { class: 'leads' });
  const which = h(
    'select',
    { id: newId() },
    h('option', { value: '' }, words.leads.all),
    ...STATUSES.map((status) => h('option', { value: status }, words.leads[status])),
  );
  const button = h('button', { type: 'submit' }, words.leads.download);
  const status = h('p', { class: 'quiet', role: 'status' });
  /** Which leads the card is about. For a view that names no property, this is known only when the properties are. */
  let params: Promise<Record<string, string>> | undefined;
  const form = h(
    'form',
    {
      class: 'download',
      submit: (event) => {
        event.preventDefault();
        if (params) {
          void download(params, which.value, button, status);
        }
      },
    },
    h('label', { for: which.id }, words.leads.which),
    which,
    button,
  );
  if (downloads) {
    made.element.append(h('footer', {}, form, status, h('p', { class: 'quiet' }, words.leads.audit)));
  }
  return {
    card: made,
    // The window does not matter.
    asks: ({ property }) => property,
    load: (view, signal) => {
      params = paramsOf(view, properties);
      return made.fill(
        view.property,
        params.then((known) => ask<Leads>(PATH, known, signal)),
        content,
      );
    },
  };
};

const paramsOf = async (view: View, properties: KnownProperties): Promise<Record<string, string>> => {
  if (!view.property) {
    await properties.load();
  }
  const propertyId = properties.shown(view);
  return propertyId ? { propertyId } : {};
};

const content = ({ total, byStatus }: Leads): HTMLElement[] => {
  const counts = STATUSES.map((status) => ({ status, count: byStatus[status] ?? 0 }));
  const most = Math.max(1, ...counts.map(({ count }) => count));
  const heads = [words.leads.count, '%'];
  const rows = counts.map(({ status, count }): Bar => {
    const share = total ? count / total : null;
    return {
      value: status,
      name: words.leads[status],
      share: count / most,
      figures: [
        [count, format.whole(count)],
        [share, format.share(share)],
      ],
    };
  });
  const foot = h(
    'tfoot',
    {},
    h('tr', {}, h('th', { scope: 'row' }, words.leads.total), h('td', {}, format.whole(total)), h('td', {})),
  );
  return [
    bars(words.leads.status, heads, rows, foot),
    h('p', { class: 'quiet' }, words.leads.now),
    tools(barsFile(words.leads.status, heads, rows)),
  ];
};

/** Fetches the whole file before it is saved, so that a failure is shown here and no half file is saved. */
const download = async (
  params: Promise<Record<string, string>>,
  consentStatus: string,
  button: HTMLButtonElement,
  status: HTMLElement,
): Promise<void> => {
  if (button.ariaDisabled === 'true') {
    return;
  }
  button.ariaDisabled = 'true';
  status.textContent = words.leads.busy;
  try {
    const query = new URLSearchParams({ ...(await params), ...(consentStatus && { consentStatus }) });
    const [blob, name] = await fetched(
      `${PATH}.csv?${query}`,
      { method: 'POST' },
      async (response): Promise<[Blob, string]> => [await response.blob(), fileName(response)],
    );
    save(blob, name);
    status.textContent = words.leads.done(name);
  } catch (failure) {
    const problem: Problem = problemOf(failure);
    status.textContent = problemText(problem);
  } finally {
    button.ariaDisabled = null;
  }
};

const fileName = (response: Response): string =>
  /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'leads.csv';
