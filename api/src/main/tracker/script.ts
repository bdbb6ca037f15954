const script = document.currentScript as HTMLScriptElement;

/** The attributes of the script element. */
export const data = script.dataset;

/** Where the service is: named, with or without a final `/`, or where the script itself came from. */
export const endpoint = (data.endpoint || new URL('..', script.src).href).replace(/\/*$/, '/v1/');
