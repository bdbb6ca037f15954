import { watchClicks } from './clicks';
import { take, turn } from './engagement';
import { watchForms } from './forms';
import { flush, post, retry } from './outbox';
import { on, safely } from './safely';
import { data } from './script';
import { anonId, isAllowed, kept, optOut, uuid } from './visitor';
import { measure, restore, type Vitals } from './vitals';

declare global {
  interface Window {
    altcontext?: { track(name: string, props?: object): void; optOut(): void; optIn(): void };
  }
  interface Document {
    prerendering?: boolean;
  }
}

let path: string;
let referrer: string | undefined;
let vitals: (() => Vitals) | undefined;

const send = (eventType: string, more?: object): void =>
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

const track = (eventType: string, props?: object): void => send(eventType, { props });

/** The campaign that the address tells of: each name of the service, with something before it. */
const campaign = (before: string): Record<string, string> => {
  const utm: Record<string, string> = {};
  new URLSearchParams(location.search).forEach((value, name) => {
    const said = value.trim().slice(0, 255);
    if (said && /^utm_/.test(name)) {
      utm[before + name.slice(4)] = said;
    }
  });
  return utm;
};

const view = (): void => {
  path = location.pathname;
  turn();
  send('page_view', { referrer, utm: campaign('') });
};

/** Tells what the reader did on this page since the last time. How quick the page was is told once, the first time. */
const leave = (): void => {
  const traffic = take();
  const webVitals = vitals?.();
  vitals = undefined;
  if (traffic.engagedTimeMs || webVitals) {
    send('engagement', { traffic: { ...traffic, webVitals } });
  }
};

const navigated = (): void => {
  if (location.pathname != path) {
    leave();
    referrer = location.origin + path;
    view();
  }
};

const start = (): void => {
  // What stands behind the question mark may be about the visitor.
  referrer = document.referrer.split('?')[0] || undefined;
  const measured = safely(measure);
  vitals = measured;
  view();
  if (isAllowed(path)) {
    retry();
  }

  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name];
    history[name] = (...args) => {
      original.apply(history, args);
      safely(navigated);
    };
  }
  on(window, 'popstate', navigated);
  on(window, 'online', retry);
  on(window, 'visibilitychange pagehide', ({ type }: Event) => {
    // A tab that is closed says both; the second time there is nothing left to tell.
    if (type == 'pagehide' || document.hidden) {
      leave();
      flush(true);
    }
  });
  on(window, 'pageshow', ({ persisted, timeStamp }: PageTransitionEvent) => {
    if (persisted) {
      restore(timeStamp);
      vitals = measured;
      view();
    }
  });
  watchClicks(track);
};

// Twice in a page is once.
if (!window.altcontext) {
  path = location.pathname;
  window.altcontext = {
    track,
    optOut: () => safely(optOut),
    optIn: () =>
      safely(() => {
        if (kept['altcontext.off']) {
          delete kept['altcontext.off'];
          view();
        }
      }),
  };
  // Forms work for those too of whom nothing may be told.
  watchForms(track, () =>
    isAllowed(path)
      ? { path, anonId: anonId(), referrer, propertyId: data.property, ...campaign('utm_') }
      : { path },
  );
  // A page that is only prepared is not seen yet, and may never be.
  if (document.prerendering) {
    on(document, 'prerenderingchange', start);
  } else {
    safely(start);
  }
}
