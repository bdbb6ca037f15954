import { safely } from './safely';
import { data } from './script';

declare global {
  interface Navigator {
    globalPrivacyControl?: boolean;
  }
}

/** The last one is from the earlier system, whose visitors keep their id. */
type Name = 'altcontext.id' | 'altcontext.off' | 'altcontext.unsent' | 'altctx_anon_id';

/** Values that localStorage did not take: it is refused or full. They last as long as the page. */
const instead: { [name in Name]?: string } = {};

export const read = (name: Name): string | undefined => instead[name] || safely(() => localStorage[name]);

/** Keeps a value in localStorage, or removes it there. */
export const write = (name: Name, value?: string): void => {
  instead[name] = value;
  safely(() => {
    if (value) {
      localStorage[name] = value;
    } else {
      delete localStorage[name];
    }
    delete instead[name];
  });
};

/**
 * A random UUID. Pages without TLS have no `crypto.randomUUID`. There, it is taken from an object URL, which is much
 * slower, and whose empty blob stays until the page is left.
 */
export const uuid = (): string => crypto.randomUUID?.() || URL.createObjectURL(new Blob()).slice(-36);

/** Why nothing on that path may be sent: the visitor objects, or the site does not want it. Otherwise falsy. */
export const refusal = (path: string): unknown =>
  ((+navigator.doNotTrack! || navigator.globalPrivacyControl || read('altcontext.off')) && 'optOut') ||
  (data.allowLocalhost == null && /^$|^127\.|::1]|local(host)?$/.test(location.hostname) && 'localhost') ||
  // The beginning of a path, in which `*` stands for anything.
  data.exclude
    ?.match(/[^ ,]+/g)
    ?.find((start) => path.match('^' + start.replace(/\W/g, (sign) => (sign == '*' ? '.*' : '\\' + sign))));

/** The id of this browser on this site, made when it is first needed. Used only where sending is allowed. */
export const anonId = (): string => {
  const id = read('altcontext.id') || read('altctx_anon_id') || uuid();
  write('altcontext.id', id);
  write('altctx_anon_id');
  return id;
};
