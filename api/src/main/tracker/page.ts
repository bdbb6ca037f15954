import { turn } from './engagement';
import { post } from './outbox';
import { safely } from './safely';
import { data } from './script';
import { anonId, isAllowed, uuid } from './visitor';

export type Call = [name: string, props?: object];

declare global {
  interface Window {
    /** With `q`: what a page puts there to hold its calls until this script is loaded. */
    altcontext?: { q?: Call[]; track(...call: Call): void; optOut(): void; optIn(): void };
  }
  interface Document {
    prerendering?: boolean;
  }
}

/** Calls that came too early: before this script, or before anybody saw the page. None if the tracker is here already. */
export const waiting: Call[] | undefined = (window.altcontext || { q: [] }).q;

export let path = location.pathname;

// What stands behind the question mark may be about the visitor.
let referrer = document.referrer.split('?')[0] || undefined;

export const send = (eventType: string, more?: object): void =>
  safely(() => {
    if (!document.prerendering && isAllowed(path)) {
      post({
        anonId: anonId(),
        eventType,
        path,
        eventId: uuid(),
        timestamp: Date.now(),
        propertyId: data.property,
        ...more,
      });
    }
  });

/** Tells of something that happened on the page. */
export const track = (...call: Call): void => {
  if (document.prerendering) {
    waiting!.push(call);
  } else {
    send(call[0], { props: call[1] });
  }
};

/** The campaign that the address tells of: each name of the service, with something before it. */
const campaign = (before: string): Record<string, string> => {
  const utm: Record<string, string> = {};
  new URLSearchParams(location.search).forEach((value, name) => {
    const said = [...value.trim()].slice(0, 255).join('');
    if (said && /^utm_/.test(name)) {
      utm[before + name.slice(4)] = said;
    }
  });
  return utm;
};

/** What to add to a form that is sent. */
export const known = (): Record<string, string | undefined> => ({
  path,
  ...(isAllowed(path) && { anonId: anonId(), referrer, propertyId: data.property, ...campaign('utm_') }),
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
