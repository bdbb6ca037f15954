import type { Card, Filled } from './card';
import type { View } from './view';

/** A part of the page that asks for its own figures. */
export interface Part {
  card: Card;
  /** Its question about a view, as a key: it asks again when that changes. */
  asks: (view: View) => string;
  load: (view: View, signal: AbortSignal) => Promise<Filled>;
}

/** The parts of a view that change the answer of every part. */
export const keyOf = ({ window, from, to, compare, property, filters }: View): string =>
  JSON.stringify([window, from, to, compare, property, filters]);

/** How far outside of the window a part begins to load, so that its figures are there when it is seen. */
const AHEAD = '250px 0px';

/**
 * Asks for the figures of parts when they come near the window, so that the first screen has the service for itself. A part that waits
 * has the attribute data-waits.
 *
 * @param report gets what became of the questions
 */
export const lazily = (parts: Part[], report: (filled: Filled[]) => void) => {
  const seen = new Set<Element>();
  const asked = new Map<Part, string>();
  let view: View | undefined;
  let signal = new AbortController().signal;
  const isDue = (part: Part): boolean => view !== undefined && asked.get(part) !== part.asks(view);
  const loadSeen = async (): Promise<Filled[]> => {
    const due = parts.filter((part) => isDue(part) && seen.has(part.card.element));
    return Promise.all(
      due.map((part) => {
        asked.set(part, part.asks(view!));
        part.card.element.removeAttribute('data-waits');
        return part.load(view!, signal);
      }),
    );
  };
  const observer = new IntersectionObserver(
    (entries) => {
      entries.forEach(({ target, isIntersecting }) => (isIntersecting ? seen.add(target) : seen.delete(target)));
      void loadSeen().then((filled) => filled.some(({ problem }) => problem) && report(filled));
    },
    { rootMargin: AHEAD },
  );
  parts.forEach(({ card }) => {
    card.element.setAttribute('data-waits', '');
    observer.observe(card.element);
  });
  return {
    /** Asks for what is seen of a view and is not there yet. */
    show: (next: View, within: AbortSignal): Promise<Filled[]> => {
      view = next;
      signal = within;
      parts.filter(isDue).forEach(({ card }) => card.element.setAttribute('data-waits', ''));
      return loadSeen();
    },
    /** Asks for all of it again. */
    forget: (): void => asked.clear(),
    end: (): void => observer.disconnect(),
  };
};
