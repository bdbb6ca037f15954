/** Does some work. An error in it never reaches the page. */
export const safely = <T>(work: () => T): T | undefined => {
  try {
    return work();
  } catch {
    return;
  }
};

/**
 * Listens to the whole page, and never throws into it. It captures, so it runs before the page's own listeners; a submit is
 * seen after them, since they may prevent it.
 */
export const on = (types: string, listener: (event: any) => void): void =>
  types
    .split(' ')
    .forEach((type) => addEventListener(type, (event) => safely(() => listener(event)), type != 'submit'));
