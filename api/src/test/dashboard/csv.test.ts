import assert from 'node:assert/strict';
import test from 'node:test';
import { csv, escapeFormulas, parsed } from '../../main/dashboard/csv';

test('cells are quoted where they must be, and numbers are not rounded', () => {
  assert.equal(
    csv(['Page', 'Visitors'], [['/a,"b"\n', 1234.5], [null, 0], ['/c', null]]),
    'Page,Visitors\r\n"/a,""b""\n",1234.5\r\n,0\r\n/c,\r\n',
  );
});

test('a spreadsheet does not take a text for a formula', () => {
  assert.equal(csv(['x'], [['=1+1'], ['@a'], ['-2'], [-2]]), "x\r\n'=1+1\r\n'@a\r\n'-2\r\n-2\r\n");
});

test('a file is read as it was written, and an escaped text gets no second apostrophe', () => {
  const rows = [
    ['/a,"b"\n', '1234.5', ''],
    ["'=1+1", "\t'=1", ";'-2"].map(escapeFormulas),
    ['', '', ''],
  ];
  assert.deepEqual(parsed(csv(['x', 'y', 'z'], rows)), [['x', 'y', 'z'], ...rows]);
  assert.deepEqual(['=1', '\t=1', ';-2', '\n', '"=1'].map(escapeFormulas).map(escapeFormulas), ['=1', '\t=1', ';-2', '\n', '"=1'].map(escapeFormulas));
});
