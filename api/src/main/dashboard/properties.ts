import { ask } from './api';
import { setZones } from './clock';
import type { Properties, Property } from './figures';
import type { View } from './view';

/** The properties that the session may show. They are requested once, for all parts of the page. */
export const knownProperties = () => {
  let known: Properties | undefined;
  let asked: Promise<Properties> | undefined;
  /** The property of a view. If the view names none, it is the service's default, or empty for all properties together. */
  const shown = (view: View): string => view.property || (known?.defaultPropertyId ?? '');
  const all = (view: View): Property[] =>
    (known?.properties ?? []).filter(({ id }) => !shown(view) || id === shown(view));
  return {
    known: (): Properties | undefined => known,
    shown,
    name: (view: View): string | undefined => known?.properties.find(({ id }) => id === shown(view))?.name,
    /** The time zones whose days a view shows. From now on, the page uses them and the day of the first visit. */
    zones: (view: View): string[] => {
      const zones = [...new Set(all(view).map(({ timeZone }) => timeZone))];
      if (zones.length > 0) {
        setZones(zones, all(view).map(({ firstDay }) => firstDay ?? '').filter(Boolean).sort()[0] ?? '');
      }
      return zones;
    },
    /** Resolves when they are known. The answer serves every view, so the request is never cancelled. */
    load: async (): Promise<void> => {
      asked ??= ask<Properties>('/v1/dashboard/properties');
      try {
        known = await asked;
      } catch (failure) {
        asked = undefined;
        throw failure;
      }
    },
  };
};

export type KnownProperties = ReturnType<typeof knownProperties>;
