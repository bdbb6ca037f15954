import { turn } from './engagement';
import { named } from './named';
import { post } from './outbox';
import { safely } from './safely';
import { beforeSend, data, props as ofAll } from './script';
import { anonId, refusal, uuid } from './visitor';

/** An event: `more` are its other fields. By default it is posted. */
export type Call = [eventType: string, props?: object, traffic?: object, more?: object, deliver?: (event: object) => void];

declare global {
  interface Window {
    /**
     * Before this script is loaded: a stub of the page that holds its calls in `q`, or an element of the page with this id. Afterwards
     * `q` is 0.
     */
    altcontext?: {
      q?: Call[] | 0;
      track(eventType: string, props?: object): void;
      pageView(url?: string, props?: object): void;
      optOut(): void;
      optIn(): void;
    };
  }
  interface Document {
    prerendering?: boolean;
  }
}

/** Calls before this script was loaded, or before the page was visible. 0 if the tracker runs already. */
export const waiting: Call[] | 0 = window.altcontext?.q ?? [];

/** The path of an address, with the fragment where a site keeps its pages there. A query may hold personal data. */
const pathOf = ({ pathname, hash }: URL | Location): string =>
  pathname + (data.hash == null ? '' : hash.match(/[^?=]*/));

/** The path as it is reported. */
export let path = pathOf(location);

/** The path in the address bar when the page was viewed. */
let place: string;

/** The address of the page that was viewed last. */
export let viewed: string | undefined;

let referrer = document.referrer.split('?')[0]!;

/** A browser says so if a program drives it. */
const deviceType = navigator.webdriver ? 'bot' : null;

export const send = (...call: Call): void =>
  safely(() => {
    const [eventType, props, traffic, more, deliver = post] = call;
    const reason = refusal(path);
    if (document.prerendering) {
      (waiting as Call[]).push(call);
    } else if (reason) {
      console.info('altcontext:', reason);
    } else {
      deliver(
        beforeSend({
          path,
          propertyId: data.property,
          anonId: anonId(),
          eventType,
          timestamp: Date.now(),
          eventId: uuid(),
          props: { ...ofAll, ...props },
          traffic: { ...traffic, deviceType },
          ...more,
        })!,
      );
    }
  });

/** What the page view of an address says besides its path. A page of this site that may not be reported is no referrer. */
export const origin = ({ searchParams }: URL) => ({
  referrer: (!refusal(referrer.replace(location.origin, '')) && referrer) || null,
  utm: named(searchParams, 'utm_'),
});

/** What a form says in any case. */
export const known = (): object => ({ path, propertyId: data.property, traffic: { deviceType } });

/** Sends a page view, by default of the address in the address bar. */
export const view = (url?: string, props?: object): void => {
  const address = new URL(url || (location as never), location as never);
  place = pathOf(location);
  path = pathOf(address);
  viewed = location.origin + path;
  turn();
  send('page_view', props, {}, origin(address));
};

/** Another page takes the place of this one, so this one becomes its referrer. */
export const refer = (): void => {
  referrer = viewed || referrer;
};

/** Whether the address bar shows another page than the one that was viewed. */
export const isElsewhere = (): boolean => place != pathOf(location);
