import assert from 'node:assert/strict';
import test from 'node:test';
import { bandOf } from '../../main/dashboard/bands';

test('a measure is good up to its first bound and poor above its second', () => {
  assert.equal(bandOf('lcpMs', 2500), 'good');
  assert.equal(bandOf('lcpMs', 2501), 'fair');
  assert.equal(bandOf('lcpMs', 4000), 'fair');
  assert.equal(bandOf('lcpMs', 4001), 'poor');
  assert.equal(bandOf('clsScore', 0.1), 'good');
  assert.equal(bandOf('clsScore', 0.25), 'fair');
  assert.equal(bandOf('clsScore', 0.251), 'poor');
  assert.equal(bandOf('inpMs', 200), 'good');
  assert.equal(bandOf('inpMs', 501), 'poor');
  assert.equal(bandOf('fcpMs', 1801), 'fair');
  assert.equal(bandOf('ttfbMs', 800), 'good');
  assert.equal(bandOf('ttfbMs', 1801), 'poor');
});
