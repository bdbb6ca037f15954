import { h, userText } from './dom';
import { csvButton } from './files';
import { isForTests } from './reserved';
import { table } from './table';
import { consentName, name } from './values';
import { format, words } from './words';

interface Touch {
  trafficSource: string | null;
  utmCampaign: string | null;
}

export interface Submission {
  propertyId: string;
  submittedAt: string;
  formName: string;
  fields: Record<string, unknown> | null;
  isBot: boolean;
  forReview: boolean;
  lead: {
    email: string;
    /** Whether no operator has accepted the lead yet. */
    inReview?: boolean;
    consent: { status: string; expiresAt: string | null };
    touches: { first: Touch; capture: Touch };
  };
}

/**
 * Submissions in a table.
 *
 * @param open shows a person; without it, addresses are plain text
 */
export const submissionTable = (rows: Submission[], open?: (email: string) => void): HTMLElement =>
  table(
    words.forms.table,
    [
      words.forms.lead,
      words.person.when,
      words.dimensions.form!,
      words.forms.fields,
      words.leads.status,
      words.leadsBy.first,
      words.leadsBy.capture,
    ],
    { rows: rows.map((row) => cells(row, open)) },
  );

const cells = (submission: Submission, open?: (email: string) => void): (string | Node)[] => {
  const { submittedAt, formName, fields, lead } = submission;
  const address = h('bdi', {}, lead.email);
  return [
    open ? h('button', { type: 'button', class: 'plain', click: () => open(lead.email) }, address) : address,
    format.moment(submittedAt),
    h('span', {}, userText(formName), ...marks(submission).map((mark) => h('span', { class: 'mark' }, words.forms.marks[mark]))),
    userText(textOf(fields)),
    consent(lead.consent),
    touch(lead.touches.first),
    touch(lead.touches.capture),
  ];
};

const HEADS = ['email', 'submittedAt', 'form', 'fields', 'consent', 'consentExpiresAt', 'marks', 'firstTouch', 'captureTouch'];

/** A button that saves the rows that were loaded. The audit log already has the requests for them. */
export const submissionFile = (rows: Submission[]): HTMLElement =>
  csvButton(words.forms.table, HEADS, () =>
    rows.map((row) => [
      row.lead.email,
      row.submittedAt,
      row.formName,
      row.fields && JSON.stringify(row.fields),
      row.lead.consent.status,
      row.lead.consent.expiresAt,
      marks(row).join(' '),
      row.lead.touches.first.trafficSource,
      row.lead.touches.capture.trafficSource,
    ]),
  );

const MARKS = ['test', 'bot', 'spam'] as const;
type Mark = (typeof MARKS)[number];

/** The marks of a submission that is not like others. */
const marks = ({ isBot, forReview, lead }: Submission): Mark[] => {
  const is: Record<Mark, boolean> = { test: isForTests(lead.email), bot: isBot, spam: lead.inReview ?? forReview };
  return MARKS.filter((mark) => is[mark]);
};

/** What the marks of these rows mean. */
export const explained = (rows: Submission[]): HTMLElement[] =>
  MARKS.filter((mark) => rows.some((row) => marks(row).includes(mark))).map((mark) =>
    h('p', { class: 'quiet' }, h('span', { class: 'mark' }, words.forms.marks[mark]), ' ', words.forms.why[mark]),
  );

const textOf = (fields: Submission['fields']): string =>
  Object.entries(fields ?? {})
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');

/** The source, and the campaign if there is one. */
const touch = ({ trafficSource, utmCampaign }: Touch): HTMLElement =>
  h('span', {}, name('traffic_source', trafficSource), utmCampaign ? ' · ' : undefined, utmCampaign ? userText(utmCampaign) : undefined);

const consent = ({ status, expiresAt }: Submission['lead']['consent']): string => {
  const text = consentName(status);
  return status === 'implied' && expiresAt ? words.forms.until(text, format.dayOf(expiresAt)) : text;
};
