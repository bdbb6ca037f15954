import { h } from './dom';
import type { Ingest } from './figures';
import { table } from './table';
import { format, words } from './words';

/** What became of what was sent to the service. */
export const ingest = (told: Ingest): HTMLElement[] => {
  const figures: [string, string][] = [
    [words.ingest.success, format.share(told.successPct)],
    [words.ingest.accepted, format.whole(told.totalEventsAccepted)],
    [words.ingest.rejected, format.whole(told.totalEventsRejected)],
    [words.ingest.bots, format.whole(told.botEvents)],
  ];
  const reasons = Object.entries(told.rejectedByReason).sort(([, one], [, other]) => other - one);
  return [
    h('dl', { class: 'list' }, ...figures.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value)))),
    reasons.length
      ? table(words.ingest.reason, [words.ingest.reason, words.ingest.count], {
          rows: reasons.map(([reason, count]) => [words.ingest.reasons[reason] ?? reason, format.whole(count)]),
        })
      : h('p', { class: 'quiet' }, words.ingest.none),
  ];
};
