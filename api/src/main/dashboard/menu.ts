import { h, newId } from './dom';

export interface MenuItem {
  text: string;
  run: () => void;
}

/** The least distance of the list from the edges of the window, in pixels. */
const MARGIN = 8;

/** A button that opens a short list of actions. The arrow keys move through it; Escape or a click outside closes it. */
export const menuButton = (label: string, items: MenuItem[]): HTMLElement => {
  const id = newId();
  const open = (): void => {
    const entries = items.map(({ text, run }) =>
      h(
        'button',
        {
          type: 'button',
          role: 'menuitem',
          tabindex: -1,
          click: () => {
            list.hidePopover();
            run();
          },
        },
        text,
      ),
    );
    const list = h(
      'div',
      {
        id,
        class: 'menu-list',
        role: 'menu',
        popover: 'auto',
        'aria-label': label,
        toggle: (event) => {
          if ((event as ToggleEvent).newState === 'closed') {
            button.setAttribute('aria-expanded', 'false');
            list.remove();
          }
        },
        keydown: (event) => {
          if ((event as KeyboardEvent).key === 'Tab') {
            // The focus returns to the button, and the Tab key moves it on from there.
            list.hidePopover();
          }
          const step = { ArrowDown: 1, ArrowUp: -1 }[(event as KeyboardEvent).key];
          if (step !== undefined) {
            event.preventDefault();
            const at = entries.indexOf(document.activeElement as HTMLButtonElement);
            entries[(at + step + entries.length) % entries.length]?.focus();
          }
        },
      },
      ...entries,
    );
    button.after(list);
    const { right, top, bottom } = button.getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    const gap = Math.max(MARGIN, clientWidth - right);
    list.style.setProperty('--right', `${gap}px`);
    list.style.setProperty('--top', `${bottom}px`);
    list.showPopover();
    // Otherwise a long text could begin left of the window, and a list near the window's end could continue below it.
    const { left, height } = list.getBoundingClientRect();
    list.style.setProperty('--right', `${gap - Math.max(0, MARGIN - left)}px`);
    if (bottom + height > clientHeight - MARGIN) {
      list.style.setProperty('--top', `${Math.max(MARGIN, top - height)}px`);
    }
    button.setAttribute('aria-expanded', 'true');
    entries[0]?.focus();
  };
  let wasOpen = false;
  const button = h('button', {
    type: 'button',
    class: 'menu',
    'aria-label': label,
    'aria-haspopup': 'menu',
    'aria-expanded': 'false',
    pointerdown: () => {
      wasOpen = button.ariaExpanded === 'true';
    },
    // By then the click has closed the list, like any click outside it.
    click: () => {
      if (!wasOpen) {
        open();
      }
      wasOpen = false;
    },
  });
  return button;
};
