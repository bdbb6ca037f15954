import { named } from './named';

// An element of the page that is called `currentScript` would take its place (DOM clobbering). Then the tracker does nothing.
const script = (document.currentScript as HTMLElement).closest('script')!;

/** The attributes of the script element that begin with `data-`. */
export const data = script.dataset;

/**
 * Where the service is: the address that the site names, with or without a final `/`, or else where the script came
 * from.
 */
export const endpoint = (data.endpoint || new URL('..', script.src).href).replace(/\/*$/, '/v1/');

/** The props that `data-props-*` adds to every event. */
export const props = named(Object.entries(data), 'props');

/** The event as the page's own function wants it sent. Throws if the site names a function that does not exist. */
export const beforeSend = (event: object): object | undefined =>
  data.beforeSend ? (window as any)[data.beforeSend](event) : event;
