// Takes the place of the tracker's own script.ts, which reads the attributes of a script element.
import type { Options, TrackedEvent } from './index';

/** The options by the names of those attributes. A flag that is set is an empty text. */
export const data: Record<string, string | undefined> = {};

export let endpoint: string;

export const props: Record<string, string> = {};

export let beforeSend = (event: object): unknown => event;

export const use = (options: Options): void => {
  const flag = (isSet?: boolean) => (isSet ? '' : undefined);
  endpoint = options.endpoint.replace(/\/*$/, '/v1/');
  Object.assign(data, {
    property: options.property,
    exclude: options.exclude?.join(),
    allowLocalhost: flag(options.allowLocalhost),
    hash: flag(options.hash),
    manual: flag(options.manual),
  });
  Object.assign(props, options.props);
  const { beforeSend: inspect } = options;
  if (inspect) {
    beforeSend = (event) => inspect(event as TrackedEvent);
  }
};
