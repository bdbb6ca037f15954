import type { Card, Filled } from './card';
import type { View } from './view';

/** A part of the page that loads its own figures. */
export interface Part {
  card: Card;
  /** A key of its question about a view: it asks again when the key changes. */
  asks: (view: View) => string;
  load: (view: View, signal: AbortSignal) => Promise<Filled>;
}

/** The parts of a view that change the answer of every part. */
export const keyOf = ({ window, from, to, compare, property, filters }: View): string =>
  JSON.stringify([window, from, to, compare, property, filters]);

/** How far below the window a part begins to load, in pixels, so that its figures are there when it is seen. */
const AHEAD = 250;

/**
 * Computed from the layout: an observer reports it a frame later, when the figures above have already pushed the part
 * away.
 */
const isInWindow = (element: Element, ahead: number): boolean => {
  const { top, bottom } = element.getBoundingClientRect();
  return top < innerHeight + ahead && bottom > -ahead;
};

/**
 * Loads the parts that come into the window. The parts just below it are loaded only when the first screen has its figures, so
 * that the first screen does not have to share the service. A part without the figures of the view has the attribute data-waits.
 *
 * @param report gets the results of loads that no caller waits for
 */
export const lazily = (parts: Part[], report: (filled: Filled[]) => void) => {
  /** The parts that are near the window, as the observer reports. */
  const near = new Set<Element>();
  const asked = new Map<Part, string>();
  let view: View | undefined;
  let signal = new AbortController().signal;
  let firstScreen: Promise<unknown> = Promise.resolve();
  const isDue = (part: Part): boolean => view !== undefined && asked.get(part) !== part.asks(view);
  const load = (wanted: (element: Element) => boolean): Promise<Filled[]> =>
    Promise.all(
      parts
        .filter((part) => isDue(part) && wanted(part.card.element))
        .map((part) => {
          asked.set(part, part.asks(view!));
          return part.load(view!, signal).then((filled) => {
            part.card.element.toggleAttribute('data-waits', isDue(part));
            return filled;
          });
        }),
    );
  const loadNear = async (): Promise<void> => {
    await firstScreen;
    report(await load((element) => near.has(element) && isInWindow(element, AHEAD)));
  };
  const loadSeen = (): Promise<Filled[]> => {
    const seen = load((element) => near.has(element) && isInWindow(element, 0));
    firstScreen = Promise.all([firstScreen, seen]);
    void loadNear();
    return seen;
  };
  const observer = new IntersectionObserver(
    (entries) => {
      entries.forEach(({ target, isIntersecting }) => (isIntersecting ? near.add(target) : near.delete(target)));
      void loadSeen().then(report);
    },
    { rootMargin: `${AHEAD}px 0px` },
  );
  parts.forEach(({ card }) => {
    card.element.setAttribute('data-waits', '');
    observer.observe(card.element);
  });
  const loadAll = (): void => void load(() => true).then(report);
  window.addEventListener('beforeprint', loadAll);
  return {
    /**
     * Loads the visible parts of a view that are missing.
     *
     * @param others what else the first screen waits for
     */
    show: (next: View, within: AbortSignal, others: Promise<unknown>): Promise<Filled[]> => {
      view = next;
      signal = within;
      firstScreen = others;
      parts.filter(isDue).forEach(({ card }) => card.element.setAttribute('data-waits', ''));
      return loadSeen();
    },
    /** Forgets what was loaded, so that everything is loaded again. */
    forget: (): void => asked.clear(),
    end: (): void => {
      observer.disconnect();
      window.removeEventListener('beforeprint', loadAll);
    },
  };
};
