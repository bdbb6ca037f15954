import { foreign } from './dom';
import type { Dimension } from './figures';
import { format, words } from './words';

/** A value in words, if the service made it; a visitor's text as it is. */
export const name = (dimension: Dimension, value: string | null): string | HTMLElement => {
  if (value === null) {
    return words.breakdowns.none[dimension];
  }
  switch (dimension) {
    case 'traffic_source':
      return words.breakdowns.sources[value] ?? value;
    case 'device':
      return words.breakdowns.devices[value] ?? value;
    case 'country':
      return format.country(value);
    default:
      return foreign(value);
  }
};
