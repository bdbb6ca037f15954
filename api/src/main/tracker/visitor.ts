import { safely } from './safely';
import { data } from './script';

declare global {
  interface Navigator {
    globalPrivacyControl?: boolean;
  }
}

const LOCAL = /^$|^127\.|::1]|local(host)?$/;

type Name = 'id' | 'off' | 'unsent';

/** Values that localStorage did not take: it is refused or full. They last as long as the page. */
const instead: { [name in Name]?: string } = {};

export const read = (name: Name): string | undefined =>
  instead[name] || safely(() => localStorage['altcontext.' + name]);

/** Keeps a value in localStorage, or removes it there. */
export const write = (name: Name, value?: string): void => {
  instead[name] = value;
  safely(() => {
    if (value) {
      localStorage['altcontext.' + name] = value;
    } else {
      delete localStorage['altcontext.' + name];
    }
    delete instead[name];
  });
};

/** A random UUID. The File API draws one for each such address; `crypto.randomUUID` exists on secure pages only. */
export const uuid = (): string => {
  const url = URL.createObjectURL(new Blob());
  URL.revokeObjectURL(url);
  return url.slice(-36);
};

/** Whether something on that path may be sent: not if the visitor objects, nor for the site's own developers. */
export const isAllowed = (path: string): boolean =>
  !(
    navigator.doNotTrack == '1' ||
    navigator.globalPrivacyControl ||
    read('off') ||
    (data.allowLocalhost == null && LOCAL.test(location.hostname)) ||
    data.exclude?.match(/[^ ,]+/g)?.some((start) => path.startsWith(start))
  );

/** The id of this browser on this site, made when it is first needed. Used only where sending is allowed. */
export const anonId = (): string => {
  const id = read('id') || uuid();
  write('id', id);
  return id;
};

/** From now on nothing is sent, and what was kept is removed. */
export const optOut = (): void => {
  write('id');
  write('unsent');
  write('off', '1');
};
