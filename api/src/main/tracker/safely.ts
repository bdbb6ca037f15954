/** Does some work. Whatever goes wrong in it is the tracker's own trouble and never the page's. */
export const safely = <T>(work: () => T): T | undefined => {
  try {
    return work();
  } catch {
    return undefined;
  }
};

/**
 * Listens, and never throws into the page. The capturing phase comes before the page's own listeners; only of a form that is
 * sent it matters what they made of it.
 */
export const on = (target: EventTarget, types: string, listener: (event: any) => void): void =>
  types
    .split(' ')
    .forEach((type) => target.addEventListener(type, (event) => safely(() => listener(event)), type != 'submit'));
