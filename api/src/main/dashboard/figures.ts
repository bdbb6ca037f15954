/** What the service answers; see docs/http.md and openapi.yaml. */
export interface Days {
  from: string;
  to: string;
}

export interface Freshness {
  rolledUpThrough: string | null;
  rolledUpAt: string | null;
  lagDays: number | null;
  gaps: string[] | null;
  generatedAt: string;
}

export interface Measure {
  value: number | null;
  delta: number | null;
}

export type Metric =
  | 'uniqueVisitors'
  | 'totalPageViews'
  | 'sessions'
  | 'bounceRate'
  | 'avgEngagedTimeMs'
  | 'returningVisitorsPct'
  | 'leadCaptureRate'
  | 'formCompletionRate'
  | 'landingPageConversionRate'
  | 'newLeads'
  | 'newMailableLeads'
  | 'avgTimeToFirstCaptureHrs';

export type Vital = 'lcpMs' | 'inpMs' | 'clsScore' | 'fcpMs' | 'ttfbMs';

export interface Percentiles {
  p75: number | null;
  p95: number | null;
}

export interface Ingest {
  successPct: number | null;
  totalEventsAccepted: number;
  totalEventsRejected: number;
  rejectedByReason: Record<string, number>;
  botEvents: number;
}

export interface TrendPoint {
  /** For an hour, its start by the site's clock: `2026-01-31T13:00`. */
  day: string;
  /** Whether the clocks were put back, so that this hour came twice. */
  isTwice?: boolean;
  uniqueVisitors: number;
  pageViews: number;
  sessions: number;
  newLeads: number | null;
}

/** For each figure that is null, by its dotted name, why it cannot be given. */
export type Reasons = Record<string, string>;

export interface Summary {
  window: Days;
  /** Partial: only its first part counts, as long as the window has lasted until now. */
  compareTo: (Days & { partial: boolean }) | null;
  from: 'raw' | 'rollups';
  freshness: Freshness;
  metrics: Record<Metric, Measure> & { webVitals: Record<Vital, Percentiles> };
  ingest: Ingest | null;
  trend: TrendPoint[];
  reasons: Reasons;
}

export interface Sums {
  /** Different visitors over the whole window; null if they are not known. */
  visitors: number | null;
  pageViews: number;
  sessions: number;
  /** Null if they are not known for all days. */
  conversions: number | null;
}

/** The sums over all values, of the figures that add up. */
export interface Added {
  pageViews: number;
  sessions?: number;
  conversions?: number;
}

export type Dimension =
  | 'path'
  | 'landing_path'
  | 'exit_path'
  | 'traffic_source'
  | 'referrer_host'
  | 'utm_source'
  | 'utm_medium'
  | 'utm_campaign'
  | 'utm_term'
  | 'utm_content'
  | 'country'
  | 'device'
  | 'event_type'
  | 'goal';

export interface Row extends Sums {
  value: string | null;
  /** The well-known site that a referrer belongs to. */
  site?: string;
}

export interface Breakdown {
  window: Days;
  dimension: Dimension;
  rows: Row[];
  other: Added;
  total: Added;
  reasons: Reasons;
}

export interface LeadRow {
  value: string | null;
  site?: string;
  leads: number;
  mailableLeads: number;
  conversionRate: number | null;
}

export interface LeadBreakdown {
  rows: LeadRow[];
  /** The sums of the values without a row. */
  other: { leads: number; mailableLeads: number };
  total: { leads: number; mailableLeads: number };
  reasons: Reasons;
}

/** Rows of a query: the values of its dimensions, and its metrics. */
export interface Answer {
  rows: { dimensions: (string | null)[]; metrics: (number | null)[] }[];
  reasons: Reasons;
}

export interface Realtime {
  visitors: number;
  pageViews: { minute: string; pageViews: number }[];
  pages: { value: string; visitors: number }[];
  sources: { value: string; visitors: number }[];
}

export interface Properties {
  /** The default property; null for all together. */
  defaultPropertyId: string | null;
  properties: Property[];
}

export interface Property {
  id: string;
  name: string;
  domains: string[];
  timeZone: string;
  /** The first rolled-up day with a visit. */
  firstDay: string | null;
}

export const STATUSES = ['express', 'implied', 'expired', 'pending', 'withdrawn'] as const;
export type Status = (typeof STATUSES)[number];

export interface Leads {
  total: number;
  byStatus: Record<Status, number>;
}
