import { h, newId } from './dom';
import { type Change, type Filter, read } from './view';
import { words } from './words';

const KEY = 'altcontext-segments';

/** The filters of each segment, as in an address, by the segment's name. The browser stores them, if it stores anything. */
const stored = (): Record<string, string> => {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, string>;
  } catch {
    return {};
  }
};

const keep = (segments: Record<string, string>): void => {
  try {
    localStorage.setItem(KEY, JSON.stringify(segments));
  } catch {
    // A browser without storage works without them.
  }
};

/** Saves the filters of a view under a name, and shows saved ones again. */
export const savedSegments = (change: Change) => {
  const pick = h('select', {
    id: newId(),
    'aria-label': words.saved.label,
    change: () => {
      const filters = stored()[pick.value];
      if (filters !== undefined) {
        change({ filters: read(filters).filters });
      }
      showDelete();
    },
  });
  const remove = h(
    'button',
    {
      type: 'button',
      class: 'plain delete',
      click: () => {
        const { [pick.value]: _, ...others } = stored();
        keep(others);
        show(shown);
        (pick.hidden ? label : pick).focus();
      },
    },
    words.saved.remove,
  );
  const showDelete = (): void => {
    remove.hidden = !pick.value;
  };
  const label = h('input', { 'aria-label': words.saved.name, placeholder: words.saved.name, maxlength: 40 });
  const save = h('button', { type: 'submit', class: 'plain' }, words.saved.save);
  const form = h(
    'form',
    {
      class: 'save',
      submit: (event) => {
        event.preventDefault();
        const segmentName = label.value.trim();
        if (segmentName) {
          keep({ ...stored(), [segmentName]: `?${new URLSearchParams(location.search).getAll('f').map((f) => `f=${encodeURIComponent(f)}`).join('&')}` });
          label.value = '';
          show(shown);
          pick.value = segmentName;
          showDelete();
        }
      },
    },
    label,
    save,
  );
  let shown: Filter[] = [];
  /** Chooses the segment that has these filters. If several have them, it is the one that was chosen before. */
  const show = (filters: Filter[]): void => {
    shown = filters;
    const segments = stored();
    const names = Object.keys(segments).sort();
    const same = names.filter((each) => filters.length > 0 && JSON.stringify(read(segments[each]!).filters) === JSON.stringify(filters));
    const chosen = same.includes(pick.value) ? pick.value : (same[0] ?? '');
    pick.hidden = names.length === 0;
    pick.replaceChildren(
      h('option', { value: '' }, words.saved.label),
      ...names.map((each) => h('option', { value: each }, each)),
    );
    pick.value = chosen;
    form.hidden = filters.length === 0;
    showDelete();
  };
  return { elements: [pick, remove, form], show };
};
