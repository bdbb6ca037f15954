/** A cell of a file: a number as it was counted, not as it is shown. */
export type FileValue = string | number | null | undefined;

/** One cell, by RFC 4180. A text that a spreadsheet would read as a formula gets an apostrophe. */
const cell = (value: FileValue): string => {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export const csv = (heads: string[], rows: FileValue[][]): string =>
  [heads, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
