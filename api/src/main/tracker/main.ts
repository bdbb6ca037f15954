import { watchClicks } from './clicks';
import { take, turn } from './engagement';
import { watchForms } from './forms';
import { flush, optOut, retry } from './outbox';
import { type Call, isElsewhere, refer, send, view, viewed, waiting } from './page';
import { on, safely } from './safely';
import { data } from './script';
import { read, write } from './visitor';
import { measure, restore, type Vitals } from './vitals';

let vitals: (() => Vitals) | undefined;

/** Sends the engagement with this page since the last time. The web vitals are sent once, with the first. */
const leave = (): void => {
  if (viewed) {
    const traffic = take(vitals?.());
    vitals = undefined;
    if (traffic) {
      send('engagement', {}, traffic);
    }
  }
};

const pageView = (url?: string, props?: object): void =>
  safely(() => {
    leave();
    refer();
    view(url, props);
  });

/** Sends a page view, unless the site sends its own. */
const viewAlone = (): unknown => data.manual ?? view();

const navigated = (): unknown => data.manual ?? (isElsewhere() && pageView());

const start = (): void => {
  const measured = safely(measure);
  vitals = measured;
  viewAlone();
  (waiting as Call[]).forEach((call) => send(...call));
  retry();

  'pushState replaceState'.split(' ').forEach((name) => {
    const original = history[name as 'pushState'];
    history[name as 'pushState'] = (...args) => {
      original.apply(history, args);
      safely(navigated);
    };
  });
  on('popstate', navigated);
  on('online', retry);
  on('visibilitychange pagehide', ({ type }: Event) => {
    // A tab that is closed fires both; the second time there is nothing left to send.
    if (document.hidden || type == 'pagehide') {
      leave();
      flush(true);
    }
  });
  on('pageshow', ({ persisted, timeStamp }: PageTransitionEvent) => {
    if (persisted) {
      restore(timeStamp);
      vitals = measured;
      viewAlone();
    }
  });
  watchClicks();
};

// A second script on a page does nothing.
if (waiting) {
  window.altcontext = {
    track: send,
    pageView,
    q: 0,
    optOut,
    optIn: () =>
      safely(() => {
        if (read('altcontext.off')) {
          // The engagement until now is not reported.
          leave();
          turn();
          write('altcontext.off');
          viewAlone();
        }
      }),
  };
  // Forms work also where tracking is not allowed.
  watchForms();
  // A prerendered page is not visible yet, and may never be.
  on('prerenderingchange', start);
  if (!document.prerendering) {
    safely(start);
  }
}
