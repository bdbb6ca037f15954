import { firstDay } from './clock';
import { h } from './dom';
import type { Summary } from './figures';
import type { Change, View } from './view';
import { words } from './words';

/** What a site puts into its pages. With a local service, the site is usually local too. */
const tag = (): string => {
  const local = /^127\.|::1]|local(host)?$/.test(location.hostname) ? ' data-allow-localhost' : '';
  return `<script defer src="${location.origin}/v1/telemetry.js"${local}></script>`;
};

/** Says how to begin, if nothing was counted. */
export const welcomeCard = (change: Change) => {
  const lookAtToday = h(
    'button',
    { type: 'button', click: () => change({ window: 'today', from: '', to: '' }) },
    words.empty.today,
  );
  /** Shown for a site that was never visited. */
  const howTo = h(
    'div',
    { class: 'how-to' },
    h('p', {}, words.empty.text),
    h('pre', { tabindex: 0 }, h('code', {}, tag())),
    h('p', { class: 'quiet' }, words.empty.origin),
  );
  const element = h(
    'div',
    { class: 'card welcome', hidden: true },
    h('h2', {}, words.empty.heading),
    howTo,
    h('p', { class: 'quiet' }, words.empty.more),
    lookAtToday,
  );
  return {
    element,
    show: ({ ingest, metrics }: Summary, view: View): void => {
      const isEmpty = (ingest?.totalEventsAccepted ?? 0) === 0 && !metrics.uniqueVisitors.value;
      element.hidden = view.filters.length > 0 || !isEmpty;
      howTo.hidden = firstDay() !== '';
      // A window of full days does not include today, when the first visits may have come.
      lookAtToday.hidden = view.window === 'today';
    },
    hide: (): void => {
      element.hidden = true;
    },
  };
};
