import type { Bar } from './bars';

/**
 * Makes one row of all rows whose hosts belong to one well-known site, with the hosts as its parts; the largest row comes first.
 */
export const bySite = <R extends { value: string | null; site?: string }>(
  rows: R[],
  weigh: (row: R) => number,
  bar: (rows: R[], name: string | undefined) => Bar,
): Bar[] => {
  const groups = new Map<string, R[]>();
  rows.forEach((row) => {
    // No host has a space in its name, and every site's key has.
    const key = row.site ? `site ${row.site}` : (row.value ?? ' ');
    groups.set(key, [...(groups.get(key) ?? []), row]);
  });
  const sum = (group: R[]): number => group.reduce((total, row) => total + weigh(row), 0);
  return [...groups.values()]
    .sort((one, other) => sum(other) - sum(one))
    .map((group) => {
      const site = group[0]?.site;
      return site ? { ...bar(group, site), parts: group.map((row) => bar([row], undefined)) } : bar(group, undefined);
    });
};
