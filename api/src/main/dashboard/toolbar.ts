import { h, newId, segments } from './dom';
import type { Properties } from './figures';
import { type Change, type Compare, COMPARES, fault, plusDays, type View, type Window, WINDOWS } from './view';
import { format, words } from './words';

/** The pickers: property, window, comparison. A choice takes effect at once; custom days do when they are submitted. */
export const toolbar = (change: Change, today: () => string) => {
  const property = h('select', { id: newId(), change: () => change({ property: property.value }) });
  const compare = h(
    'select',
    { id: newId(), class: 'compare', change: () => change({ compare: compare.value as Compare }) },
    ...COMPARES.map((value) => h('option', { value }, words.picker.compares[value])),
  );
  const custom = customDays(change, today);
  let view: View;
  const windows = (values: readonly Window[]) =>
    segments(
      { legend: words.picker.window, class: 'windows' },
      values.map((value) => ({ value, ...windowWords(value) })),
      (value) => {
        if (value === 'custom') {
          custom.open(view);
        } else {
          change({ window: value, from: '', to: '' });
        }
      },
    );
  let window = windows(WINDOWS);
  /** A number of days that occurs only in the address is added as a choice. */
  const chooseWindow = (value: Window): void => {
    if (!window.choose(value)) {
      const other = windows([...WINDOWS.slice(0, -1), value, 'custom']);
      window.element.replaceWith(other.element);
      window = other;
      window.choose(value);
    }
  };
  const element = h(
    'div',
    { class: 'toolbar', role: 'search', 'aria-label': words.picker.label },
    h('label', { class: 'unseen', for: property.id }, words.picker.property),
    property,
    window.element,
    h('label', { class: 'unseen', for: compare.id }, words.picker.compare),
    compare,
    custom.element,
  );
  new ResizeObserver(() => document.documentElement.style.setProperty('--toolbar', `${element.offsetHeight}px`)).observe(element);
  return {
    element,
    /** Shows a view that was chosen. */
    show: (shown: View): void => {
      view = shown;
      compare.value = view.compare;
      chooseWindow(view.window);
      if (view.window === 'custom') {
        custom.open(view);
      } else {
        custom.close();
      }
    },
    /**
     * Fills the list of properties, also while days are being typed.
     *
     * @param known undefined until the service has sent them
     */
    properties: (view: View, known: Properties | undefined, all: boolean): void => {
      // With a default property in the service, there is no view of all together.
      const chosen = view.property || (known?.defaultPropertyId ?? '');
      const options = [
        all && !known?.defaultPropertyId && h('option', { value: '' }, words.picker.all),
        ...(known?.properties ?? []).map(({ id, name }) =>
          h('option', { value: id }, name.toLowerCase() === id ? name : `${name} (${id})`),
        ),
        chosen !== '' &&
          !known?.properties.some(({ id }) => id === chosen) &&
          h('option', { value: chosen }, known ? words.picker.unknown(chosen) : chosen),
      ];
      property.replaceChildren(...options.filter((option) => option !== false));
      property.value = chosen;
      custom.limit();
    },
  };
};

const windowWords = (value: Window): { text: string; label: string } =>
  value in words.picker.windows
    ? {
        text: words.picker.windows[value as keyof typeof words.picker.windows],
        label: words.picker.longWindows[value as keyof typeof words.picker.longWindows],
      }
    : { text: words.picker.days(value), label: words.picker.lastDays(value) };

const customDays = (change: Change, today: () => string) => {
  const from = h('input', { type: 'date', id: newId(), required: true });
  const to = h('input', { type: 'date', id: newId(), required: true });
  const message = h('p', { id: newId(), class: 'problem', role: 'alert' });
  const submit = (event: Event): void => {
    event.preventDefault();
    const wrong = fault(from.value, to.value, today());
    const isFirst = wrong === 'missing' ? !from.value : wrong === 'order' || wrong === 'length';
    message.textContent = wrong ? (wrong === 'future' ? words.picker.future(format.day(today())) : words.picker[wrong]) : '';
    for (const [input, isWrong] of [[from, wrong && isFirst], [to, wrong && !isFirst]] as const) {
      input.setAttribute('aria-invalid', String(Boolean(isWrong)));
      input.toggleAttribute('aria-describedby', false);
      if (isWrong) {
        input.setAttribute('aria-describedby', message.id);
        input.focus();
      }
    }
    if (!wrong) {
      change({ window: 'custom', from: from.value, to: to.value });
    }
  };
  const element = h(
    'form',
    { class: 'custom', novalidate: true, hidden: true, submit },
    h('label', { for: from.id }, words.picker.from),
    from,
    h('label', { for: to.id }, words.picker.to),
    to,
    h('button', { type: 'submit' }, words.picker.apply),
    message,
  );
  /** Which day is today depends on the property. */
  const limit = (): void => {
    from.max = today();
    to.max = today();
  };
  return {
    element,
    limit,
    open: (view: View): void => {
      if (element.hidden || view.window === 'custom') {
        to.value = view.to || today();
        from.value = view.from || plusDays(to.value, -29);
      }
      limit();
      message.textContent = '';
      element.hidden = false;
    },
    close: (): void => {
      element.hidden = true;
    },
  };
};
