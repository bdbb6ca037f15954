/** A cell of a file: a number as it was counted, not as it is shown. */
export type FileValue = string | number | null | undefined;

/** Where a spreadsheet could see the beginning of a formula: as the service's own files have it, in Csv.java, which says why. */
const formula = /(^|[,;\t\r\n])(?=[ \u00a0\ufeff"]*[=+\-@＝＋－＠])/g;

/** One cell, by RFC 4180. A text that a spreadsheet would read as a formula gets an apostrophe. */
const cell = (value: FileValue): string => {
  const text = typeof value === 'string' ? value.replace(formula, "$1'").replace(/^(?=[\t\r\n])/, "'") : String(value ?? '');
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export const csv = (heads: string[], rows: FileValue[][]): string =>
  [heads, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
