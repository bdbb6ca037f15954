import { known, origin, send } from './page';
import { on } from './safely';
import { endpoint } from './script';

/** The default messages; the site can set its own. */
type Word = 'Done' | 'Invalid' | 'Failed';

/**
 * Shows the result of the form, also to screen readers. Without a word, the element is there but empty: a screen reader
 * may miss an element that appears together with its text.
 */
const say = (form: HTMLFormElement, word: Word | '' = ''): void => {
  let place = form.querySelector<HTMLElement>('[data-alt-status]');
  if (!place) {
    place = document.createElement('p');
    place.dataset.altStatus = '';
    form.append(place);
  }
  // By the alphabet: only the words of failures come after E.
  place.role = word > 'E' ? 'alert' : 'status';
  place.textContent = form.dataset['alt' + word] || word;
};

/** Adds fields to a form, those of an inner object by names with a dot. */
const fill = (body: FormData, fields: object, prefix = ''): void =>
  Object.entries(fields).forEach(
    ([name, value]) => value && (value.trim ? body.set(prefix + name, value) : fill(body, value, name + '.')),
  );

/** Posts the fields of the form, and what is known about the visitor. */
const submit = async (form: HTMLFormElement, body: FormData) => {
  const email = form.querySelector<HTMLInputElement>('[name=email]')!;
  let word: Word = 'Failed';
  form.ariaBusy = true as never;
  say(form);
  try {
    fill(body, known());
    // The service makes an event of the form. Without it, if that is refused or withheld, the form says nothing about the visitor.
    send('form_submit', {}, {}, origin(new URL(location as never)), (event) => fill(body, event));
    // A form is answered with a redirect, which fetch shows as status 0: that is a success.
    const answer = await fetch(form.getAttribute('action') || endpoint + 'leads/capture', {
      method: 'POST',
      body: new URLSearchParams(body as never),
      keepalive: true,
      redirect: 'manual',
    });
    if (answer.status < 400) {
      word = 'Done';
      form.reset();
    } else if (/"email"/.test(await answer.text())) {
      word = 'Invalid';
      email.focus();
    }
    email.ariaInvalid = (word == 'Invalid') as never;
  } catch {
    // The word is still Failed. (A form without an e-mail field gets here too.)
  }
  form.ariaBusy = null;
  say(form, word);
};

/** Sends the start and the submit of forms, and posts those marked `data-alt-lead` without leaving the page. */
export const watchForms = (): void => {
  const started: HTMLFormElement[] = [];
  const isLead = (form: HTMLFormElement) => form.matches('[data-alt-lead]');
  const trackForm = (form: HTMLFormElement, eventType: string) =>
    form.matches('[data-alt-ignore],[role=search]') ||
    send(eventType, {
      // An input hides a property of its form that has the same name, so the attribute is read instead.
      formName: new FormData(form).get('formName') || form.getAttribute('name'),
    });
  on('input', ({ target: { form } }) => {
    if (form && !started.includes(form)) {
      started.push(form);
      trackForm(form, 'form_start');
    }
  });
  on('submit', (event: SubmitEvent) => {
    const form = event.target as HTMLFormElement;
    if (!isLead(form)) {
      trackForm(form, 'form_submit');
    } else if (!event.defaultPrevented) {
      event.preventDefault();
      if (!form.ariaBusy) {
        void submit(form, new FormData(form, event.submitter));
      }
    }
  });
};
