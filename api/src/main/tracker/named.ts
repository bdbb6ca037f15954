/** Of names with their values, those that begin with a prefix, which is replaced by another. The service takes 255 characters. */
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
