import { safely } from './safely';
import { endpoint } from './script';
import { read, write } from './visitor';

/** An event as the service reads it, and how often it was sent again, which the service ignores. */
export interface Event {
  timestamp: number;
  again?: number;
  [field: string]: unknown;
}

const enum Most {
  KEPT = 40,
  AGAIN = 4,
  /** Events in a request, of which the service takes 64 KiB. */
  TOGETHER = 10,
  /** Characters of a request that the browser goes on with when the page is gone: it allows 64 KiB for all of them together. */
  OUTLIVING = 9999,
  /** 7 days: the service takes an older time for a wrong one, and would count the event today. */
  AGE = 604_800_000,
}

/** Events as they are sent, in JSON, which has no line breaks. */
const queue: string[] = [];

/** What is kept, but for what arrived. */
const unsent = (arrived: string[] = []): string[] =>
  (read('unsent') || '').split('\n').filter((event) => event && !arrived.includes(event));

const keep = (events: string[]): void => write('unsent', events.slice(-Most.KEPT).join('\n'));

const send = (events: string[], leaving?: boolean): void => {
  const url = endpoint + 'events/batch';
  const body = `[${events}]`;
  if (!(leaving && navigator.onLine && safely(() => navigator.sendBeacon(url, body)))) {
    // The answer may come when the page is gone: until it is there they are kept.
    keep([...unsent(), ...events]);
    if (navigator.onLine) {
      fetch(url, { method: 'POST', body, keepalive: !body[Most.OUTLIVING] })
        // 429, and what is the service's own trouble, will pass.
        .then(({ status }) => status < 429 && keep(unsent(events)))
        .catch(() => {});
    }
  }
};

/**
 * Sends what waits, as text/plain, which needs no preflight. A page that is left sends a beacon, of which nobody learns what
 * becomes; any other a fetch, so that what did not arrive is sent again, the same event by its id.
 */
export const flush = (leaving?: boolean): void => {
  while (queue[0]) {
    safely(() => send(queue.splice(0, Most.TOGETHER), leaving));
  }
};

/** Sends an event, as it is now, as soon as the page's own work at hand is done. Throws if it cannot be written as JSON. */
export const post = (event: Event): void => {
  queue.push(JSON.stringify(event));
  queueMicrotask(flush);
};

/** Sends again what did not arrive earlier. */
export const retry = (): void => {
  const events = unsent();
  keep([]);
  events.forEach((text) =>
    safely(() => {
      const event: Event = JSON.parse(text);
      event.again = -~event.again!;
      if (event.again <= Most.AGAIN && Date.now() - event.timestamp < Most.AGE) {
        post(event);
      }
    }),
  );
};
