import { watchClicks } from './clicks';
import { take } from './engagement';
import { watchForms } from './forms';
import { flush, retry } from './outbox';
import { path, send, track, turnTo, view, waiting } from './page';
import { on, safely } from './safely';
import { isAllowed, optOut, read, write } from './visitor';
import { measure, restore, type Vitals } from './vitals';

let vitals: (() => Vitals) | undefined;

/** Sends the engagement with this page since the last time. The web vitals are sent once, with the first. */
const leave = (): void => {
  const traffic = take();
  const webVitals = vitals?.();
  vitals = undefined;
  if (traffic.engagedTimeMs || webVitals) {
    send('engagement', {}, { ...traffic, webVitals });
  }
};

const navigated = (): void => {
  if (location.pathname != path) {
    leave();
    turnTo();
  }
};

const start = (): void => {
  const measured = safely(measure);
  vitals = measured;
  view();
  waiting!.forEach((call) => track(...call));
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
    // A tab that is closed fires both; the second time there is nothing left to send.
    if (document.hidden || type == 'pagehide') {
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
  watchClicks();
};

// A second script on a page does nothing.
if (waiting) {
  window.altcontext = {
    track,
    optOut: () => safely(optOut),
    optIn: () =>
      safely(() => {
        if (read('off')) {
          write('off');
          view();
        }
      }),
  };
  // Forms work also where tracking is not allowed.
  watchForms();
  // A prerendered page is not visible yet, and may never be.
  if (document.prerendering) {
    on(document, 'prerenderingchange', start);
  } else {
    safely(start);
  }
}
