export type Language = 'en' | 'fr';

const HOUR = 60;
const DAY = 24;
const NOTHING = '–';

/** Numbers, shares and times as people write them in Canada, in either language. A missing figure is a dash. */
export const formats = (language: Language) => {
  const locale = `${language}-CA`;
  const number = (options?: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options);
  const long = (name: string) => number({ style: 'unit', unit: name, unitDisplay: 'long', maximumFractionDigits: 0 });
  /**
   * A number and, after a narrow no-break space, the symbol of a unit. Except for the day, both languages have the same symbols.
   */
  const unit = (symbol: string, digits = 0) => {
    const { format } = number({ maximumFractionDigits: digits });
    return (value: number): string => `${format(value)}\u202f${symbol}`;
  };
  /** In French, the first of a month is `1er`. */
  const ordinal = (text: string): string =>
    language === 'fr' ? text.replace(/\b1(?=–|\s\p{L}{2})/gu, '1er') : text;
  const dated = (options: Intl.DateTimeFormatOptions) => {
    const made = new Intl.DateTimeFormat(locale, options);
    return {
      format: (time: number): string => ordinal(made.format(time)),
      formatRange: (from: number, to: number): string => ordinal(made.formatRange(from, to)),
    };
  };
  const date = (options: Intl.DateTimeFormatOptions) => dated({ timeZone: 'UTC', ...options });
  const given =
    (write: (value: number) => string) =>
    (value: number | null | undefined): string =>
      value === null || value === undefined ? NOTHING : write(value);

  const whole = number();
  const compact = number({ notation: 'compact', maximumFractionDigits: 1 });
  const fine = number({ maximumFractionDigits: 3 });
  const percent = number({ style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const change = number({ style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: 'never' });
  const seconds = unit('s');
  const fineSeconds = unit('s', 2);
  const millis = unit('ms');
  const minutes = unit('min');
  const hours = unit('h', 1);
  const days = unit(language === 'fr' ? 'j' : 'd', 1);
  const longSeconds = long('second');
  const longMinutes = long('minute');
  const longDays = long('day');
  const medium = date({ dateStyle: 'medium' });
  const longDate = date({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
  const short = date({ day: 'numeric', month: 'short' });
  const hour = date({ hour: 'numeric' });
  const month = date({ month: 'short', year: 'numeric' });
  const moment = dated({ dateStyle: 'medium', timeStyle: 'short' });
  const localDay = dated({ dateStyle: 'medium' });
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  const list = new Intl.ListFormat(locale);
  const regions = new Intl.DisplayNames(locale, { type: 'region', fallback: 'code' });

  const duration = (ms: number): string => {
    const all = Math.round(ms / 1000);
    return all < 60 ? seconds(all) : `${minutes(Math.floor(all / 60))} ${seconds(all % 60)}`;
  };
  const time = (value: number): string => {
    if (value < 1) {
      return minutes(value * HOUR);
    }
    return value < 2 * DAY ? hours(value) : days(value / DAY);
  };

  return {
    whole: given(whole.format),
    compact: given(compact.format),
    share: given(percent.format),
    /** How much more or less, without its sign: an arrow or a word says that. */
    change: change.format,
    duration: given(duration),
    /** A number of hours. */
    time: given(time),
    millis: given((ms) => (ms < 1000 ? millis(Math.round(ms)) : fineSeconds(ms / 1000))),
    score: given(fine.format),
    seconds: (count: number): string =>
      count < 90 ? longSeconds.format(count) : longMinutes.format(Math.ceil(count / 60)),
    day: (day: string): string => medium.format(Date.parse(day)),
    longDay: (day: string): string => longDate.format(Date.parse(day)),
    shortDay: (day: string): string => short.format(Date.parse(day)),
    /** The hour of a local time like `2026-01-31T13:00`. */
    hour: (time: string): string => hour.format(Date.parse(`${time}Z`)),
    month: (day: string): string => month.format(Date.parse(day)),
    days: (from: string, to: string): string =>
      from === to ? medium.format(Date.parse(from)) : medium.formatRange(Date.parse(from), Date.parse(to)),
    /** Day and time in the reader's own time zone. */
    moment: (iso: string): string => moment.format(Date.parse(iso)),
    /** The day in the reader's own time zone. */
    dayOf: (iso: string): string => localDay.format(Date.parse(iso)),
    /** The time in the reader's own time zone. */
    clock: (iso: string): string => clock.format(Date.parse(iso)),
    dayCount: (count: number): string => longDays.format(count),
    list: (texts: string[]): string => list.format(texts),
    country: (code: string): string => (/^[A-Z]{2}$/.test(code) ? (regions.of(code) ?? code) : code),
  };
};
