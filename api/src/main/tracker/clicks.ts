import { track } from './page';
import { on, safely } from './safely';

const FILE = /\.(pdf|zip|t?gz|dmg|exe|apk|csv|docx?|xlsx?|pptx?|epub|mp[34])$/i;

/** Sends clicks on elements with `data-alt-event`, on links to other sites and on links to files. */
export const watchClicks = (): void =>
  on(document, 'click auxclick', ({ target, button }: MouseEvent) => {
    if (button > 1) {
      return; // Opening the menu of a link does not follow it.
    }
    const named = (target as Element).closest<HTMLElement>('[data-alt-event]')?.dataset;
    if (named) {
      track(named.altEvent!, safely(() => JSON.parse(named.altProps!)));
    }
    const link = (target as Element).closest<HTMLAnchorElement>('a[href]');
    if (link?.host) {
      // The query may hold personal data.
      const props = { url: link.origin + link.pathname };
      if (link.matches('[download]') || FILE.test(link.pathname)) {
        track('file_download', props);
      } else if (link.host != location.host) {
        track('outbound_click', props);
      }
    }
  });
