import { ask, fetched, type Problem, problemOf } from './api';
import { bars } from './bars';
import { card, type Filled } from './card';
import { h, newId } from './dom';
import { type Leads, type Status, STATUSES } from './figures';
import { said } from './notice';
import { format, words } from './words';

const PATH = '/v1/dashboard/leads';

/** Leads by consent, and a download of them. */
export const leadsCard = (downloads: boolean) => {
  const made = card(words.leads.heading, { class: 'leads' });
  const which = h(
    'select',
    { id: newId() },
    h('option', { value: '' }, words.leads.all),
    ...STATUSES.map((status) => h('option', { value: status }, words.leads[status])),
  );
  const button = h('button', { type: 'submit' }, words.leads.download);
  const status = h('p', { class: 'quiet', role: 'status' });
  let params: Record<string, string> = {};
  const form = h(
    'form',
    {
      class: 'download',
      submit: (event) => {
        event.preventDefault();
        void download({ ...params, ...(which.value && { consentStatus: which.value }) }, button, status);
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
    /** @param asked a key of this question */
    load: (asked: string, property: Promise<string>, signal: AbortSignal): Promise<Filled> =>
      made.fill(
        asked,
        property.then((propertyId) => {
          params = propertyId ? { propertyId } : {};
          return ask<Leads>(PATH, params, signal);
        }),
        content,
      ),
  };
};

const content = ({ total, byStatus }: Leads): HTMLElement[] => {
  const counts = STATUSES.map((status): [Status, number] => [status, byStatus[status] ?? 0]);
  const most = Math.max(1, ...counts.map(([, count]) => count));
  return [
    bars(
      words.leads.status,
      [words.leads.count, '%'],
      counts.map(([status, count]) => ({
        name: words.leads[status],
        share: count / most,
        figures: [format.whole(count), format.share(total ? count / total : null)],
      })),
      h(
        'tfoot',
        {},
        h('tr', {}, h('th', { scope: 'row' }, words.leads.total), h('td', {}, format.whole(total)), h('td', {})),
      ),
    ),
    h('p', { class: 'quiet' }, words.leads.now),
  ];
};

/** Fetches the whole file before it is saved, so that a failure is shown here and no half file is saved. */
const download = async (params: Record<string, string>, button: HTMLButtonElement, status: HTMLElement): Promise<void> => {
  if (button.ariaDisabled === 'true') {
    return;
  }
  button.ariaDisabled = 'true';
  status.textContent = words.leads.busy;
  try {
    const [blob, name] = await fetched(
      `${PATH}.csv?${new URLSearchParams(params)}`,
      { method: 'POST' },
      async (response): Promise<[Blob, string]> => [await response.blob(), fileName(response)],
    );
    const url = URL.createObjectURL(blob);
    h('a', { href: url, download: name }).click();
    URL.revokeObjectURL(url);
    status.textContent = words.leads.done(name);
  } catch (failure) {
    const problem: Problem = problemOf(failure);
    status.textContent = said(problem);
  } finally {
    button.ariaDisabled = null;
  }
};

const fileName = (response: Response): string =>
  /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'leads.csv';
