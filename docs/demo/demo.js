// What is the site's own. Links with data-swap change the page without loading it anew, as single-page applications do.
'use strict';

let shown = location.pathname;

const show = async (url) => {
  shown = new URL(url).pathname;
  const next = new DOMParser().parseFromString(await (await fetch(url)).text(), 'text/html');
  document.title = next.title;
  document.querySelector('main').replaceWith(next.querySelector('main'));
  (document.getElementById(new URL(url).hash.slice(1)) || document.body).scrollIntoView();
};

addEventListener('click', (event) => {
  const link = event.target.closest('a[data-swap]');
  if (link && event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    event.preventDefault();
    history.pushState(null, '', link.href);
    show(link.href);
  }
});
addEventListener('popstate', () => location.pathname === shown || show(location.href));

// The choice that a page about privacy offers. The tracker remembers it.
addEventListener('click', (event) => {
  if (event.target.matches('[data-privacy]')) {
    window.altcontext?.optOut();
    event.target.disabled = true;
  }
});
