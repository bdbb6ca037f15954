import assert from 'node:assert/strict';
import test from 'node:test';
import { type Area, areaUnder, labelled, line, nearest, ticks, xPositions, yPosition } from '../../main/dashboard/chart';
import { plusDays } from '../../main/dashboard/view';

const area: Area = { width: 120, height: 100, left: 10, right: 10, top: 10, bottom: 10 };

test('the axis has round steps from zero to above the largest value', () => {
  assert.deepEqual(ticks(0), [0, 1]);
  assert.deepEqual(ticks(1), [0, 1]);
  assert.deepEqual(ticks(4), [0, 1, 2, 3, 4]);
  assert.deepEqual(ticks(5), [0, 2, 4, 6]);
  assert.deepEqual(ticks(100), [0, 25, 50, 75, 100]);
  assert.deepEqual(ticks(101), [0, 50, 100, 150]);
  assert.deepEqual(ticks(1234), [0, 500, 1000, 1500]);
  for (let largest = 0; largest < 5000; largest++) {
    const steps = ticks(largest);
    assert.ok((steps[steps.length - 1] ?? 0) >= largest && steps.length <= 5, String(largest));
    assert.ok(steps.every(Number.isInteger), String(largest));
  }
});

test('the first and the last day are at the edges, a single day in the middle', () => {
  assert.deepEqual(xPositions(3, area), [10, 60, 110]);
  assert.deepEqual(xPositions(1, area), [60]);
  assert.deepEqual(xPositions(0, area), []);
});

test('zero is at the bottom and the maximum at the top', () => {
  assert.equal(yPosition(0, 10, area), 90);
  assert.equal(yPosition(10, 10, area), 10);
});

test('a line goes through its points, and the area under it is closed', () => {
  assert.equal(line([10, 60, 110], [90, 10, 50]), 'M10 90L60 10L110 50');
  assert.equal(areaUnder([10, 110], [10, 50], area), 'M10 10L110 50V90H10Z');
  assert.equal(areaUnder([], [], area), '');
});

const from = (first: string, count: number): string[] => Array.from({ length: count }, (_, i) => plusDays(first, i));

test('over a few weeks, evenly spaced days are labelled, and always the last one', () => {
  assert.deepEqual(labelled(from('2026-11-01', 7), 10), [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(labelled(from('2026-11-01', 7), 3), [0, 3, 6]);
  assert.deepEqual(labelled(from('2026-11-01', 30), 10), [2, 5, 8, 11, 14, 17, 20, 23, 26, 29]);
  assert.deepEqual(labelled(from('2026-11-01', 1), 10), [0]);
  assert.deepEqual(labelled(from('2026-11-01', 30), 0.5), [29]);
});

test('over more weeks, the first days of months are labelled, or fewer of them if there are too many', () => {
  const year = from('2026-01-15', 365);
  assert.equal(labelled(year, 12).length, 12);
  assert.ok(labelled(year, 12).every((i) => year[i]?.endsWith('-01')));
  assert.equal(labelled(year, 5).length, 4);
});

test('the nearest point is found', () => {
  assert.equal(nearest([0, 10, 20], -5), 0);
  assert.equal(nearest([0, 10, 20], 14), 1);
  assert.equal(nearest([0, 10, 20], 500), 2);
});
