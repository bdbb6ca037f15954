/** The value of an attribute: false and undefined leave it out, true leaves it empty, a function is an event listener. */
type Value = string | number | boolean | undefined | ((event: Event) => void);
type Child = Node | string | false | undefined;

const fill = (element: Element, attributes: Record<string, Value>, children: Child[]): void => {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      element.addEventListener(name, value);
    } else if (value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.append(...children.filter((child): child is Node | string => child !== false && child !== undefined));
};

/** Makes an element. Text is never read as HTML. */
export const h = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Value> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] => {
  const element = document.createElement(tag);
  fill(element, attributes, children);
  return element;
};

/** Makes an SVG element. */
export const s = (tag: string, attributes: Record<string, Value> = {}, ...children: Child[]): SVGElement => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  fill(element, attributes, children);
  return element;
};

/**
 * A text that a visitor of a site can choose. It keeps its own writing direction; its title has the full text, which may be cut
 * off.
 */
export const userText = (text: string): HTMLElement => h('bdi', { title: text }, text);

/** A text without the element around it. */
export const plainText = (shown: string | HTMLElement): string => (typeof shown === 'string' ? shown : (shown.textContent ?? ''));

/** A length from 0 to 1 for the style to draw. Set by script, which a content security policy allows. */
export const withShare = <T extends HTMLElement>(element: T, share: number): T => {
  element.style.setProperty('--share', String(Math.min(1, Math.max(0, share || 0))));
  return element;
};

let ids = 0;
export const newId = (): string => `id-${++ids}`;

/** One choice of a few, as a row of buttons that are a radio group: the arrow keys go through it. */
export const segments = <T extends string>(
  attributes: { legend: string; class: string },
  options: readonly { value: T; text: string; label?: string }[],
  chosen: (value: T) => void,
): { element: HTMLElement; choose: (value: T) => boolean } => {
  const name = newId();
  const inputs = options.map(({ value, label }) =>
    h('input', { type: 'radio', name, value, 'aria-label': label, change: () => chosen(value) }),
  );
  const element = h(
    'fieldset',
    { class: `segments ${attributes.class}` },
    h('legend', { class: 'unseen' }, attributes.legend),
    ...options.map(({ text }, i) => h('label', {}, inputs[i], h('span', {}, text))),
  );
  return {
    element,
    /** Returns false if there is no such choice. */
    choose: (value) => {
      inputs.forEach((input) => (input.checked = input.value === value));
      return inputs.some((input) => input.checked);
    },
  };
};
