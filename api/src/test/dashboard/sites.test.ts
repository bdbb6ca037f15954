import assert from 'node:assert/strict';
import test from 'node:test';
import type { Bar } from '../../main/dashboard/bars';
import { bySite } from '../../main/dashboard/sites';

interface Host {
  value: string | null;
  site?: string;
  sessions: number;
}

const bar = (rows: Host[], site: string | undefined): Bar => ({
  value: rows[0]!.value,
  name: site ?? rows[0]!.value ?? 'none',
  share: rows.reduce((sum, { sessions }) => sum + sessions, 0),
  figures: [],
});

test('hosts of one site are one row with the hosts below it, and the largest row is the first', () => {
  const rows: Host[] = [
    { value: 'news.example.org', sessions: 5 },
    { value: 'www.google.com', site: 'Google', sessions: 4 },
    { value: null, sessions: 3 },
    { value: 'google.ca', site: 'Google', sessions: 2 },
    { value: 'Google', sessions: 1 },
  ];
  const grouped = bySite(rows, ({ sessions }) => sessions, bar);
  assert.deepEqual(
    grouped.map(({ name, share, parts }) => [name, share, parts?.map((part) => part.name)]),
    [
      ['Google', 6, ['www.google.com', 'google.ca']],
      ['news.example.org', 5, undefined],
      ['none', 3, undefined],
      ['Google', 1, undefined],
    ],
  );
});
