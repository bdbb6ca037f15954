import { use } from './script';

/** An event as it is sent, before the service reads it. */
export interface TrackedEvent {
  eventType: string;
  path: string;
  props: Record<string, unknown>;
  [field: string]: unknown;
}

export interface Options {
  /** Where the service is: `https://api.example.com`. */
  endpoint: string;
  /** The property; default: the one of the page's host. */
  property?: string;
  /** The beginnings of paths that are not reported; `*` stands for any characters. */
  exclude?: string[];
  /** Also report pages on `localhost` and local files. */
  allowLocalhost?: boolean;
  /** The site keeps its pages in the fragment. */
  hash?: boolean;
  /** Send no page views but those of {@link pageView}. */
  manual?: boolean;
  /** Properties of every event. */
  props?: Record<string, string>;
  /** Gets each event and returns what to send; nothing is sent for a falsy value. */
  beforeSend?: (event: TrackedEvent) => object | null | undefined | false;
}

type Tracker = NonNullable<Window['altcontext']>;

const isBrowser = typeof document != 'undefined';

let started: (tracker: Promise<Tracker | undefined>) => void;
let isStarted = !isBrowser;

/** The tracker, once {@link init} was called and it is loaded. */
const ready = new Promise<Tracker | undefined>((done) => (started = done));

const later = (call: (tracker: Tracker) => void): void => {
  if (isBrowser) {
    void ready.then((tracker) => tracker && call(tracker));
  }
};

const flag = (isSet?: boolean) => (isSet ? '' : undefined);

const load = async ({ endpoint, property, exclude, allowLocalhost, hash, manual, props, beforeSend }: Options) => {
  const attributes = {
    property,
    exclude: exclude?.join(),
    allowLocalhost: flag(allowLocalhost),
    hash: flag(hash),
    manual: flag(manual),
  };
  use(endpoint, attributes, props, beforeSend as ((event: object) => unknown) | undefined);
  await import('tracker');
  return window.altcontext;
};

/** Starts the tracker, in a browser and the first time. It never throws. */
export const init = (options: Options): void => {
  if (!isStarted) {
    isStarted = true;
    started(load(options).catch(() => undefined));
  }
};

/** Sends an event of the page. A call before {@link init} waits for it. */
export const track = (eventType: string, props?: object): void => later((tracker) => tracker.track(eventType, props));

/** Sends a page view, by default of the address in the address bar. */
export const pageView = (url?: string, props?: object): void => later((tracker) => tracker.pageView(url, props));

/** Stops sending, and removes what was kept in the browser. */
export const optOut = (): void => {
  if (isBrowser) {
    try {
      localStorage['altcontext.off'] = '1'; // Set even before the tracker is loaded, since it would begin with a page view.
    } catch {
      // This browser stores nothing.
    }
  }
  later((tracker) => tracker.optOut());
};

/** The visitor agrees again. */
export const optIn = (): void => later((tracker) => tracker.optIn());
