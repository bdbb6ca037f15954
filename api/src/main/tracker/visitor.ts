import { safely } from './safely';
import { data } from './script';

const LOCAL = /^$|^127\.|::1]|local(host)?$/;

/** What is kept under a name: in localStorage or, where the visitor refuses that, for as long as the page lives. */
export const kept: { [name in `altcontext.${'id' | 'off' | 'unsent'}`]?: string } =
  // Reading the name alone throws where it is refused.
  (safely(() => localStorage) as never) || {};

let id: string | undefined;

/** A random UUID. The File API draws one for each such address; `crypto.randomUUID` exists on secure pages only. */
export const uuid = (): string => {
  const url = URL.createObjectURL(new Blob());
  URL.revokeObjectURL(url);
  return url.slice(-36);
};

/** Whether something on that path may be sent: not if the visitor objects, nor for the site's own developers. */
export const isAllowed = (path: string): boolean => {
  const { globalPrivacyControl, doNotTrack } = navigator as Navigator & { globalPrivacyControl?: boolean };
  return !(
    globalPrivacyControl ||
    doNotTrack == '1' ||
    kept['altcontext.off'] ||
    (data.allowLocalhost == null && LOCAL.test(location.hostname)) ||
    data.exclude?.split(/[ ,]+/).some((start) => start && path.startsWith(start))
  );
};

/** What this browser is called on this site, made when it is first needed. Asked for only where sending is allowed. */
export const anonId = (): string => {
  id = kept['altcontext.id'] || id || uuid();
  safely(() => (kept['altcontext.id'] = id));
  return id;
};

/** From now on nothing is sent, and what was kept is forgotten. */
export const optOut = (): void => {
  id = undefined;
  delete kept['altcontext.id'];
  delete kept['altcontext.unsent'];
  kept['altcontext.off'] = '1';
};
