/** Why a question has no answer. */
export type Cause =
  | 'signed_out'
  | 'forbidden'
  | 'not_found'
  | 'rate_limited'
  | 'not_configured'
  | 'too_slow'
  | 'took_too_long'
  | 'unavailable'
  | 'unreachable'
  | 'refused'
  | 'broken';

export class Problem extends Error {
  constructor(
    readonly cause: Cause,
    /** Seconds until another try makes sense; 0 if unknown. */
    readonly wait = 0,
    /** The request id under which the service logged it. */
    readonly requestId = '',
    /** The first possible day, if the question reaches back too far. */
    readonly firstDay = '',
  ) {
    super(cause);
  }
}

/** Errors with status 503 for which another attempt does not help. */
const unavailable: Record<string, Cause> = {
  admin_auth_not_configured: 'not_configured',
  query_too_slow: 'too_slow',
  took_too_long: 'took_too_long',
};

const causeOf = (status: number, error: unknown): Cause => {
  switch (status) {
    case 400:
      return 'refused';
    case 401:
      return 'signed_out';
    case 403:
      return 'forbidden';
    case 404:
      return 'not_found';
    case 429:
      return 'rate_limited';
    case 503:
      return unavailable[String(error)] ?? 'unavailable';
    default:
      return 'broken';
  }
};

let ended: () => void = () => {};
let limited: () => void = () => {};

/** Sets what to do when the service says that the session has ended. */
export const whenSignedOut = (then: () => void): void => {
  ended = then;
};

/** Sets what to do when the service says that the session may not see what was requested. */
export const whenForbidden = (then: () => void): void => {
  limited = then;
};

/** Sends a request. Throws a Problem if it fails, and an AbortError if it was cancelled. */
export const send = async (path: string, init: RequestInit = {}): Promise<Response> => {
  let response: Response;
  try {
    response = await fetch(path, { cache: 'no-store', credentials: 'same-origin', redirect: 'error', ...init });
  } catch (failure) {
    throw isAbort(failure) ? failure : new Problem('unreachable');
  }
  if (response.ok) {
    return response;
  }
  const { error, firstDay } = await response.json().catch(() => ({}));
  throw new Problem(
    causeOf(response.status, error),
    Number(response.headers.get('retry-after')) || 0,
    response.headers.get('x-request-id') ?? '',
    firstDay,
  );
};

/** Sends a request within a session and reads the answer. An answer that breaks off counts as a failure. */
export const fetched = async <T>(path: string, init: RequestInit, read: (response: Response) => Promise<T>): Promise<T> => {
  try {
    const response = await send(path, init);
    return await read(response).catch((failure) => {
      throw isAbort(failure) ? failure : new Problem('unreachable');
    });
  } catch (failure) {
    if (failure instanceof Problem && failure.cause === 'signed_out') {
      ended();
    }
    if (failure instanceof Problem && failure.cause === 'forbidden') {
      limited();
    }
    throw failure;
  }
};

export const ask = <T>(path: string, params: Record<string, string> = {}, signal?: AbortSignal): Promise<T> => {
  const query = new URLSearchParams(params).toString();
  return fetched(
    query ? `${path}?${query}` : path,
    { signal: signal ?? null },
    async (response) => (await response.json()) as T,
  );
};

const posted = (body: unknown, accept: string, signal?: AbortSignal): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', accept },
  body: JSON.stringify(body),
  signal: signal ?? null,
});

export const post = <T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> =>
  fetched(path, posted(body, 'application/json', signal), async (response) => (await response.json()) as T);

/**
 * Posts a body, and returns the text of the answer.
 *
 * @param accept the media type of the answer
 */
export const postForText = (path: string, body: unknown, accept: string, signal?: AbortSignal): Promise<string> =>
  fetched(path, posted(body, accept, signal), (response) => response.text());

export const isAbort = (failure: unknown): boolean => failure instanceof DOMException && failure.name === 'AbortError';

/** Anything that was thrown, as a problem that can be shown. */
export const problemOf = (failure: unknown): Problem => {
  if (failure instanceof Problem) {
    return failure;
  }
  // A fault of this page: the details are for its developers, in the console.
  console.error(failure);
  return new Problem('broken');
};
