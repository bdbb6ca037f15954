/** A cell of a file: a number as it was counted, not as it is shown. */
export type FileValue = string | number | null | undefined;

/**
 * Where a spreadsheet could see the beginning of a formula. Csv.java, for the service's own files, has the same rule and says
 * why.
 */
const formula = /(^|[,;\t\r\n])(?=[ \u00a0\ufeff"]*[=+\-@＝＋－＠])/g;

/** A text for a file: what a spreadsheet would read as a formula gets one apostrophe before it. */
export const escapeFormulas = (text: string): string => text.replace(formula, "$1'").replace(/^(?=[\t\r\n])/, "'");

/** One cell, by RFC 4180. */
const cell = (value: FileValue): string => {
  const text = typeof value === 'string' ? escapeFormulas(value) : String(value ?? '');
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** The rows of a CSV file from the service, including the header row. */
export const parsed = (file: string): string[][] => {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of file.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain!);
    if (end !== ',') {
      rows.push([]);
    }
  }
  return rows.slice(0, -1);
};

export const csv = (heads: string[], rows: FileValue[][]): string =>
  [heads, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
