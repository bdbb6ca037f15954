import assert from 'node:assert/strict';
import test from 'node:test';
import { add, paint, reset, slow, worst } from '../../main/tracker/vitals';

const shifts = (...entries: [startTime: number, value: number, hadRecentInput?: boolean][]): number => {
  reset();
  for (const [startTime, value, hadRecentInput = false] of entries) {
    add({ entryType: 'layout-shift', name: '', startTime, value, hadRecentInput } as never);
  }
  return +worst.toFixed(4);
};

test('a page without layout shifts has a score of zero', () => assert.equal(shifts(), 0));

test('shifts less than a second apart are one window, and the worst window counts', () => {
  assert.equal(shifts([100, 0.1], [1099, 0.1], [2099, 0.15]), 0.2);
});

test('a window is not longer than five seconds', () => {
  assert.equal(shifts([10, 0.1], [900, 0.1], [1800, 0.1], [2700, 0.1], [3600, 0.1], [4500, 0.1], [5010, 0.1]), 0.6);
});

test('the next window may be the worst one', () => assert.equal(shifts([10, 0.1], [2000, 0.2], [2900, 0.2]), 0.4));

test('a later window with a lower score does not replace the worst one', () => {
  assert.equal(shifts([10, 0.3], [5000, 0.1]), 0.3);
});

test('a shift right after an input does not count', () => {
  assert.equal(shifts([10, 0.1], [20, 5, true]), 0.1);
});

const slowest = (count: number, ...entries: [interactionId: number, duration: number][]): number | undefined => {
  reset();
  for (const [interactionId, duration] of entries) {
    add({ entryType: 'event', name: 'click', interactionId, duration } as never);
  }
  return slow(count);
};

test('without an interaction there is no delay', () => assert.equal(slowest(0), undefined));

test('an event that is not an interaction does not count', () => assert.equal(slowest(1, [0, 500]), undefined));

test('the first contentful paint is taken only from its own entry, whatever else the browser reports', () => {
  reset();
  for (const [entryType, name] of [
    ['paint', 'first-paint'],
    ['event', 'dblclick'],
    ['event', 'auxclick'],
    ['event', 'gotpointercapture'],
    ['event', 'lostpointercapture'],
    ['first-input', 'pointerdown'],
  ]) {
    add({ entryType, name, startTime: 25_000, duration: 48, interactionId: 0 } as never);
  }
  assert.equal(paint, undefined);
  add({ entryType: 'paint', name: 'first-contentful-paint', startTime: 300, duration: 0 } as never);
  assert.equal(paint, 300);
});

test('an interaction is as slow as the slowest of its events', () => {
  assert.equal(slowest(2, [7, 48], [7, 120], [7, 56], [14, 64]), 120);
});

test('for every fifty interactions, one of the slowest is left out', () => {
  const entries: [number, number][] = [
    [1, 900],
    [2, 800],
    [3, 700],
  ];
  assert.equal(slowest(49, ...entries), 900);
  assert.equal(slowest(50, ...entries), 800);
  assert.equal(slowest(100, ...entries), 700);
  assert.equal(slowest(1000, ...entries), 700);
});
