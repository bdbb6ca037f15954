// Takes the place of the tracker's own script.ts, which reads the attributes of a script element.

/** The options by the names of those attributes. A flag that is set is an empty text. */
export const data: Record<string, string | undefined> = {};

export let endpoint: string;

export const props: Record<string, string> = {};

export let beforeSend = (event: object): unknown => event;

/** Sets the values above. */
export const use = (url: string, attributes: object, added?: object, inspect?: typeof beforeSend): void => {
  endpoint = url.replace(/\/*$/, '/v1/');
  Object.assign(data, attributes);
  Object.assign(props, added);
  beforeSend = inspect || beforeSend;
};
