import type { Card } from './card';
import type { cardsOf } from './cards';
import { h } from './dom';
import type { summaryParts } from './summaryparts';
import { words } from './words';

interface Parts {
  account: HTMLElement;
  toolbar: HTMLElement;
  /** The parts above the figures. */
  notices: HTMLElement[];
  ofSummary: ReturnType<typeof summaryParts>;
  cards: ReturnType<typeof cardsOf>;
  realtime: Card;
  /** The form submissions, if the session may read them. */
  forms: Card | undefined;
  withLeads: boolean;
  days: HTMLElement;
}

/** The order of the page: leads first, then where they come from, then the rest. */
export const layout = ({ account, toolbar, notices, ofSummary, cards, realtime, forms, withLeads, days }: Parts): HTMLElement => {
  const pair = (...both: (HTMLElement | false)[]): HTMLElement => h('div', { class: 'pair' }, ...both);
  return h(
    'div',
    { class: 'overview' },
    h('a', { class: 'skip', href: '#figures' }, words.skip),
    h('header', { class: 'top' }, h('p', { class: 'brand' }, 'AltContext'), account),
    toolbar,
    h(
      'main',
      {},
      ...notices,
      ofSummary.key,
      cards.leadsBy.card.element,
      ofSummary.trend,
      pair(cards.pages.card.element, cards.sources.card.element),
      ofSummary.more,
      pair(cards.goals.card.element, realtime.element),
      pair(cards.funnel.card.element, cards.extras.card.element),
      h(
        'div',
        { class: 'triple' },
        cards.countries.card.element,
        cards.devices.card.element,
        cards.events.card.element,
      ),
      forms?.element,
      pair(withLeads && cards.leads.card.element, h('div', { class: 'stack' }, ofSummary.vitals, ofSummary.ingest)),
      days,
    ),
  );
};
