import { breakdownCard, type RowActions } from './breakdown';
import { extrasCard } from './extras';
import { funnelCard } from './funnel';
import { goalsCard } from './goals';
import { leadsCard } from './leads';
import { leadsByCard } from './leadsby';
import type { Part } from './part';
import type { KnownProperties } from './properties';
import type { Session } from './signin';
import { type Change, PAGES, SOURCES, type View } from './view';
import { words } from './words';

/** The parts of the page that ask for their own figures, by name. */
export const cardsOf = (session: Session, properties: KnownProperties, change: Change, actions: RowActions) => {
  const single = (dimension: 'country' | 'device' | 'event_type'): Part =>
    breakdownCard(words.breakdowns[dimension], [dimension], () => dimension, actions);
  return {
    leadsBy: leadsByCard(change, actions.filter),
    sources: breakdownCard(
      words.breakdowns.traffic_source,
      SOURCES,
      ({ sources }) => sources,
      actions,
      (dimension) => change({ sources: dimension as View['sources'] }),
    ),
    pages: breakdownCard(
      words.breakdowns.path,
      PAGES,
      ({ pages }) => pages,
      actions,
      (dimension) => change({ pages: dimension as View['pages'] }),
    ),
    goals: goalsCard(properties, session.share, actions.filter),
    funnel: funnelCard(change),
    extras: extrasCard(change, actions.filter),
    countries: single('country'),
    devices: single('device'),
    events: single('event_type'),
    leads: leadsCard(properties, session.scopes.includes('leads:read')),
  };
};
