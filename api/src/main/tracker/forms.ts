import { known, send } from './page';
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
  place.role = word && word != 'Done' ? 'alert' : 'status';
  place.textContent = form.dataset['alt' + word] || word;
};

/** Posts the fields of the form, and what is known about the visitor. */
const submit = async (form: HTMLFormElement, body: FormData) => {
  const email = form.querySelector<HTMLInputElement>('[name=email]')!;
  let word: Word = 'Failed';
  form.ariaBusy = true as never;
  say(form);
  try {
    for (const [name, value] of Object.entries(known())) {
      if (value) {
        body.set(name, value);
      }
    }
    // A form is answered with a redirect, which fetch shows as status 0: that is a success.
    const answer = await fetch(form.getAttribute('action') || endpoint + 'leads/capture', {
      method: 'POST',
      body: new URLSearchParams(body as never),
      redirect: 'manual',
      keepalive: true,
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
      if (isLead(form)) {
        say(form);
      }
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
