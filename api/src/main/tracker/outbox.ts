import { safely } from './safely';
import { endpoint } from './script';
import { read, refusal, write } from './visitor';

const enum Max {
  KEPT = 40,
  /** Events in a request, of which the service takes 64 KiB. */
  TOGETHER = 10,
  /** Characters of a request with keepalive: the browser allows 64 KiB for all of them together. */
  OUTLIVING = 10_000,
  /** 7 days: the service replaces an older time by the time of receipt, and would count the event today. */
  AGE = 604_800_000,
}

/** Events as they are sent, in JSON, which has no line breaks. */
const queue: string[] = [];

/** The kept events without those that arrived. */
const unsent = (arrived: string[] = []): string[] =>
  (read('altcontext.unsent') || '').split('\n').filter((event) => event && !arrived.includes(event));

const keep = (events: string[]): void => write('altcontext.unsent', events.slice(-Max.KEPT).join('\n'));

const send = (events: string[], leaving?: boolean): void => {
  // The visitor may have objected since, even in another tab. The events' paths were checked before.
  if (refusal('')) {
    return;
  }
  // By the time of sending, the service corrects a wrong clock.
  const body = `{"sentAt":${Date.now()},"events":[${events}]}`;
  if (!(leaving && navigator.onLine && safely(() => navigator.sendBeacon(endpoint + 'events/batch', body)))) {
    // They are kept until the answer comes, since the page may be gone before.
    keep([...unsent(), ...events]);
    fetch(endpoint + 'events/batch', { method: 'POST', body, keepalive: body.length < Max.OUTLIVING }).then(
      // 429 and 5xx are temporary: the events stay for another try, as they do without a network.
      (answer) => answer.status < 429 && keep(unsent(events)),
      safely,
    );
  }
};

/**
 * Sends the queue, as text/plain, which needs no preflight. A page that is left sends a beacon, whose result is unknown; any
 * other page uses fetch, so that an event that did not arrive is sent again with the same id.
 */
export const flush = (leaving?: boolean): void => {
  while (queue[0]) {
    safely(() => send(queue.splice(0, Max.TOGETHER), leaving));
  }
};

/** Queues an event, which is sent after the current task of the page. Throws if it cannot be written as JSON. */
export const post = (event?: object): void => {
  if (event) {
    queue.push(JSON.stringify(event));
    queueMicrotask(flush);
  }
};

/** Sends again what did not arrive earlier. */
export const retry = (): void => {
  queue.push(...unsent().filter((event) => safely(() => Date.now() - JSON.parse(event).timestamp < Max.AGE)));
  keep([]);
  flush();
};

/** Stops sending, and removes what was kept. */
export const optOut = (): void => {
  queue.splice(0);
  keep([]);
  write('altcontext.id');
  write('altctx_anon_id');
  write('altcontext.off', '1');
};
