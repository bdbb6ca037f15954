import { userText } from './dom';
import { format, words } from './words';

/**
 * The name of a type of events that the tracker sends. Any other type can come too, even `constructor`, which every object has.
 */
export const knownEvent = (type: string): string | undefined =>
  Object.hasOwn(words.breakdowns.events, type) ? words.breakdowns.events[type] : undefined;

/** An event in words: the tracker's own events by a list, all others by the name of their type. */
export const eventName = (type: string): string | HTMLElement => {
  const known = knownEvent(type);
  if (known) {
    return known;
  }
  const text = type.replaceAll(/[_\-.]+/g, ' ').trim();
  // A name that is not a single word stays as it is.
  if (!/^[\p{L}\p{N} ]+$/u.test(text)) {
    return userText(type);
  }
  const name = userText(text.charAt(0).toUpperCase() + text.slice(1));
  name.title = type;
  return name;
};

/** A state of consent in words. */
export const consentName = (status: string): string => (words.leads as unknown as Record<string, string>)[status] ?? status;

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
      return eventName(value);
    case 'country':
      return format.country(value);
    default:
      // A prop can be an empty text, which would be a button without a name.
      return value.trim() ? userText(value) : words.breakdowns.blank;
  }
};

/** The name of what a filter is about. */
export const dimensionName = (dimension: string): string =>
  words.dimensions[dimension] ?? dimension.replace(/^props\./, '');
