import { turn } from './engagement';
import { post } from './outbox';
import { safely } from './safely';
import { data } from './script';
import { anonId, isAllowed, uuid } from './visitor';

export type Call = [name: string, props?: object];

declare global {
  interface Window {
    /** With `q`: the stub of a page that holds its calls until this script is loaded. */
    altcontext?: { q?: Call[]; track(...call: Call): void; optOut(): void; optIn(): void };
  }
  interface Document {
    prerendering?: boolean;
  }
}

/** Calls before this script was loaded, or before the page was visible. Undefined if the tracker runs already. */
export const waiting: Call[] | undefined = (window.altcontext || { q: [] }).q;

export let path = location.pathname;

// The query may hold personal data.
let referrer = document.referrer.split('?')[0] || undefined;

export const send = (eventType: string, more?: object, traffic?: object): void =>
  safely(() => {
    if (!document.prerendering && isAllowed(path)) {
      post({
        anonId: anonId(),
        eventType,
        path,
        eventId: uuid(),
        timestamp: Date.now(),
        // A browser that a program drives says so.
        traffic: { ...traffic, deviceType: navigator.webdriver ? 'bot' : undefined },
        propertyId: data.property,
        ...more,
      });
    }
  });

/** Sends an event of the page. */
export const track = (...call: Call): void => {
  if (document.prerendering) {
    waiting!.push(call);
  } else {
    send(call[0], { props: call[1] });
  }
};

/** The campaign in the address: the UTM names of the service, with a prefix. */
const campaign = (before: string): Record<string, string | undefined> => {
  const utm: Record<string, string | undefined> = {};
  new URLSearchParams(location.search).forEach((value, name) => {
    if (name.startsWith('utm_')) {
      utm[before + name.slice(4)] = [...value.trim()].slice(0, 255).join('') || undefined;
    }
  });
  return utm;
};

/** What to add to a form that is sent. */
export const known = (): Record<string, string | undefined> => ({
  path,
  ...(isAllowed(path) && { anonId: anonId(), referrer, propertyId: data.property, ...campaign('utm_') }),
  'traffic.deviceType': navigator.webdriver ? 'bot' : undefined,
});

export const view = (): void => {
  path = location.pathname;
  turn();
  send('page_view', { referrer, utm: campaign('') });
};

/** Another page takes the place of this one. */
export const turnTo = (): void => {
  referrer = location.origin + path;
  view();
};
