import { h } from './dom';
import type { Ingest } from './figures';
import { csvButton } from './files';
import { table } from './table';
import { format, words } from './words';

/** One line that says how much of what was sent could be stored. */
export const ingestLine = ({ successPct }: Ingest): string =>
  successPct === null ? words.ingest.empty : words.ingest.line(format.share(successPct));

/** How many events were accepted, and why others were not. */
export const ingest = (counts: Ingest): HTMLElement[] => {
  const figures: [string, string][] = [
    [words.ingest.success, format.share(counts.successPct)],
    [words.ingest.accepted, format.whole(counts.totalEventsAccepted)],
    [words.ingest.rejected, format.whole(counts.totalEventsRejected)],
    [words.ingest.bots, format.whole(counts.botEvents)],
  ];
  const reasons = Object.entries(counts.rejectedByReason).sort(([, one], [, other]) => other - one);
  return [
    h('dl', { class: 'list' }, ...figures.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value)))),
    reasons.length
      ? table(words.ingest.reason, [words.ingest.reason, words.ingest.count], {
          rows: reasons.map(([reason, count]) => [words.ingest.reasons[reason] ?? reason, format.whole(count)]),
        })
      : h('p', { class: 'quiet' }, words.ingest.none),
    csvButton(words.ingest.heading, [words.ingest.reason, words.ingest.count], () => [
      ['accepted', counts.totalEventsAccepted],
      ['bots', counts.botEvents],
      ...reasons,
    ]),
  ];
};
