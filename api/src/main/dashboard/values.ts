import { foreign } from './dom';
import { format, words } from './words';

/** A value in words, if the service made it; a visitor's text as it is. */
export const name = (dimension: string, value: string | null): string | HTMLElement => {
  if (value === null) {
    return words.breakdowns.none[dimension as keyof typeof words.breakdowns.none] ?? words.breakdowns.none.device;
  }
  switch (dimension) {
    case 'traffic_source':
      return words.breakdowns.sources[value] ?? value;
    case 'device':
      return words.breakdowns.devices[value] ?? value;
    case 'event_type':
      return words.breakdowns.events[value] ?? foreign(value);
    case 'country':
      return format.country(value);
    default:
      return foreign(value);
  }
};
