/**
 * Finds the pairs whose name begins with a prefix, and replaces the prefix. Values are cut at the 255 characters that
 * the service takes.
 */
export const named = (
  pairs: Iterable<[string, string | undefined]>,
  prefix: string,
  other = '',
  found: Record<string, string | undefined> = {},
) => {
  for (const [name, value] of pairs) {
    if (name.startsWith(prefix)) {
      found[other + name.slice(prefix.length).toLowerCase()] = /\S.{0,254}/su.exec(value!)?.[0];
    }
  }
  return found;
};
