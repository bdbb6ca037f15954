import { safely } from './safely';
import { endpoint } from './script';
import { kept } from './visitor';

/** An event as the service reads it, and how often it failed to arrive, which the service ignores. */
export interface Event {
  timestamp: number;
  failures?: number;
  [field: string]: unknown;
}

const enum Most {
  KEPT = 40,
  FAILURES = 4,
  /** 7 days: the service takes an older time for a wrong one, and would count the event today. */
  AGE = 604_800_000,
}

let queue: Event[] = [];

const unsent = (): Event[] => safely(() => JSON.parse(kept['altcontext.unsent']!)) || [];

const keep = (events: Event[]): unknown =>
  safely(() => (kept['altcontext.unsent'] = JSON.stringify([...unsent(), ...events].slice(-Most.KEPT))));

/**
 * Sends what waits, as text/plain, which needs no preflight. A page that is left sends a beacon, of which nobody learns what
 * becomes; any other a fetch, so that what did not arrive is sent again, the same event by its id.
 */
export const flush = (leaving?: boolean): void => {
  const events = queue;
  const url = endpoint + 'events/batch';
  const body = JSON.stringify(events);
  const failed = () =>
    keep(events.filter((event) => (event.failures = -~event.failures!) <= Most.FAILURES));
  queue = [];
  if (!events[0]) {
    return;
  }
  if (!navigator.onLine) {
    keep(events);
  } else if (!(leaving && navigator.sendBeacon?.(url, body))) {
    fetch(url, { method: 'POST', body, keepalive: true }).then(
      ({ status }) => status > 428 && failed(), // 429, and what is the service's own trouble
      failed,
    );
  }
};

/** Sends an event, as it is now, as soon as the page's own work at hand is done. Throws if it cannot be written as JSON. */
export const post = (event: Event): void => {
  queue.push(JSON.parse(JSON.stringify(event)));
  queueMicrotask(flush);
};

/** Sends again what did not arrive earlier. */
export const retry = (): void => {
  unsent().forEach((event) => Date.now() - event.timestamp < Most.AGE && post(event));
  delete kept['altcontext.unsent'];
};
