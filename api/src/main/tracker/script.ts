const script = document.currentScript as HTMLScriptElement;

/** The attributes of the script element. */
export const data = script.dataset;

/** Where the service is: named, or where the script itself came from. */
export const endpoint = (data.endpoint || new URL(script.src).origin) + '/v1/';
