/**
 * Finds the pairs whose name begins with a prefix, and removes the prefix. Values are cut at the 255 characters that
 * the service takes.
 */
export const named = (
  pairs: Iterable<[string, string | undefined]>,
  prefix: string,
  found: Record<string, string | undefined> = {},
) => {
  for (const [name, value] of pairs) {
    if (name.match('^' + prefix)) {
      found[name.slice(prefix.length).toLowerCase()] = value?.match(/\S.{0,254}/su)?.[0];
    }
  }
  return found;
};
