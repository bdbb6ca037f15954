import { send } from './page';
import { on, safely } from './safely';

/** Sends clicks on elements with `data-alt-event` or `data-goal`, on links to other sites and on links to files. */
export const watchClicks = (): void =>
  on('click auxclick', ({ target, button }: MouseEvent) => {
    if (button > 1) {
      return; // Opening the menu of a link does not follow it.
    }
    const place = (target as Element).closest<HTMLElement>('[data-goal],[data-alt-event]');
    const link = (target as Element).closest<HTMLAnchorElement>('a');
    const named = place?.dataset;
    // A click on the text of a label is followed by one on its control. Where the element holds both, only the latter counts.
    if (
      named &&
      !place!.contains(
        (target as Element).closest<HTMLLabelElement>('a,label,:enabled')?.control as Node,
      )
    ) {
      send(named.goal || named.altEvent!, safely(() => JSON.parse(named.altProps!)), { isConversion: !!named.goal });
    }
    if (link?.host) {
      const name =
        link.matches('[download]') || /\.(pdf|zip|gz|dmg|exe|csv|(doc|xls|ppt)x?|mp[34])$/i.test(link.pathname)
          ? 'file_download'
          : link.host != location.host && 'outbound_click';
      if (name) {
        // The query may hold personal data.
        send(name, { url: link.origin + link.pathname });
      }
    }
  });
