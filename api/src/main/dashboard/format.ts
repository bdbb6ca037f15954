export type Language = 'en' | 'fr';

const HOUR = 60;
const DAY = 24;
export const NOTHING = '–';

/** Numbers, shares and times as people write them in Canada, in either language. A missing figure is a dash. */
export const formats = (language: Language) => {
  const locale = `${language}-CA`;
  const number = (options?: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options);
  // The symbol, which is set close to the number in English and apart from it in French.
  const symbol = language === 'en' ? 'narrow' : 'short';
  const unit = (name: string, digits = 0, unitDisplay: 'narrow' | 'short' | 'long' = symbol) =>
    number({ style: 'unit', unit: name, unitDisplay, maximumFractionDigits: digits });
  const date = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options });
  const given =
    (write: (value: number) => string) =>
    (value: number | null | undefined): string =>
      value === null || value === undefined ? NOTHING : write(value);

  const whole = number();
  const compact = number({ notation: 'compact', maximumFractionDigits: 1 });
  const fine = number({ maximumFractionDigits: 3 });
  const percent = number({ style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const change = [0, 1].map((maximumFractionDigits) =>
    number({ style: 'percent', maximumFractionDigits, signDisplay: 'never' }),
  );
  const fineSeconds = unit('second', 2);
  const longSeconds = unit('second', 0, 'long');
  const millis = unit('millisecond');
  const minutes = unit('minute');
  const longMinutes = unit('minute', 0, 'long');
  const hours = unit('hour', 1);
  const days = unit('day', 1);
  const longDays = unit('day', 0, 'long');
  const medium = date({ dateStyle: 'medium' });
  const long = date({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
  const short = date({ day: 'numeric', month: 'short' });
  const hour = date({ hour: 'numeric' });
  const month = date({ month: 'short', year: 'numeric' });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  const list = new Intl.ListFormat(locale);
  const regions = new Intl.DisplayNames(locale, { type: 'region', fallback: 'code' });

  const duration = (ms: number): string => {
    const all = Math.round(ms / 1000);
    // With narrow spaces that do not break.
    return all < 60 ? `${all}\u202fs` : `${Math.floor(all / 60)}\u202fmin ${all % 60}\u202fs`;
  };
  const time = (value: number): string => {
    if (value < 1) {
      return minutes.format(value * HOUR);
    }
    return value < 2 * DAY ? hours.format(value) : days.format(value / DAY);
  };

  return {
    whole: given(whole.format),
    compact: given(compact.format),
    share: given(percent.format),
    /** How much more or less, without its sign: an arrow or a word says that. */
    change: (delta: number): string => (change[Math.abs(delta) < 0.1 ? 1 : 0] as Intl.NumberFormat).format(delta),
    duration: given(duration),
    /** Of hours. */
    time: given(time),
    millis: given((ms) => (ms < 1000 ? millis.format(Math.round(ms)) : fineSeconds.format(ms / 1000))),
    score: given(fine.format),
    seconds: (count: number): string =>
      count < 90 ? longSeconds.format(count) : longMinutes.format(Math.ceil(count / 60)),
    day: (day: string): string => medium.format(Date.parse(day)),
    longDay: (day: string): string => long.format(Date.parse(day)),
    shortDay: (day: string): string => short.format(Date.parse(day)),
    /** Of a local time like `2026-01-31T13:00`. */
    hour: (time: string): string => hour.format(Date.parse(`${time}Z`)),
    month: (day: string): string => month.format(Date.parse(day)),
    days: (from: string, to: string): string =>
      from === to ? medium.format(Date.parse(from)) : medium.formatRange(Date.parse(from), Date.parse(to)),
    /** In the reader's own time zone. */
    moment: (iso: string): string => moment.format(Date.parse(iso)),
    /** The same, without the day. */
    clock: (iso: string): string => clock.format(Date.parse(iso)),
    dayCount: (count: number): string => longDays.format(count),
    list: (texts: string[]): string => list.format(texts),
    country: (code: string): string => (/^[A-Z]{2}$/.test(code) ? (regions.of(code) ?? code) : code),
  };
};

export type Formats = ReturnType<typeof formats>;
