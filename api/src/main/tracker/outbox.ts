import { safely } from './safely';
import { endpoint } from './script';
import { read, write } from './visitor';

/** An event as the service reads it, and how often it was sent again, which the service ignores. */
export interface Event {
  timestamp: number;
  again?: number;
  [field: string]: unknown;
}

const enum Max {
  KEPT = 40,
  AGAIN = 5,
  /** Events in a request, of which the service takes 64 KiB. */
  TOGETHER = 10,
  /** Characters of a request with keepalive: the browser allows 64 KiB for all of them together. */
  OUTLIVING = 9999,
  /** 7 days: the service replaces an older time by the time of receipt, and would count the event today. */
  AGE = 604_800_000,
}

/** Events as they are sent, in JSON, which has no line breaks. */
const queue: string[] = [];

/** The kept events without those that arrived. */
const unsent = (arrived: string[] = []): string[] =>
  (read('unsent') || '').split('\n').filter((event) => event && !arrived.includes(event));

const keep = (events: string[]): void => write('unsent', events.slice(-Max.KEPT).join('\n'));

const send = (events: string[], leaving?: boolean): void => {
  const url = endpoint + 'events/batch';
  // With the time of sending the service corrects a clock that is wrong.
  const body = `{"sentAt":${Date.now()},"events":[${events}]}`;
  if (!(leaving && navigator.onLine && safely(() => navigator.sendBeacon(url, body)))) {
    // The page may be gone before the answer comes: until then they are kept.
    keep([...unsent(), ...events]);
    if (navigator.onLine) {
      fetch(url, { method: 'POST', body, keepalive: !body[Max.OUTLIVING] }).then(
        // 429 and 5xx will pass: then the events stay for another try.
        ({ status }) => status < 429 && keep(unsent(events)),
        () => {},
      );
    }
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
      if ((event.again = -~event.again!) < Max.AGAIN && Date.now() - event.timestamp < Max.AGE) {
        post(event);
      }
    }),
  );
};
