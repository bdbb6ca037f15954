import assert from 'node:assert/strict';
import test from 'node:test';
import { formats } from '../../main/dashboard/format';

const en = formats('en');
const fr = formats('fr');

/** Replaces non-breaking spaces with plain ones. The library decides which kind of space it uses where. */
const plain = (text: string): string => text.replace(/[\u00a0\u2009\u202f]/g, ' ');

test('numbers and shares are written as each language does', () => {
  assert.equal(en.whole(12480), '12,480');
  assert.equal(plain(fr.whole(12480)), '12 480');
  assert.equal(en.share(0.4183), '41.8%');
  assert.equal(plain(fr.share(0.4183)), '41,8 %');
  assert.equal(en.score(0.0417), '0.042');
  assert.equal(plain(fr.score(0.0417)), '0,042');
});

test('a missing figure is a dash, and zero is a figure', () => {
  for (const write of [en.whole, en.share, en.duration, en.time, en.millis, en.score]) {
    assert.equal(write(null), '–');
    assert.equal(write(undefined), '–');
    assert.match(write(0), /^0/);
  }
});

test('a change has one decimal, as every share has, and no sign, since an arrow shows it', () => {
  assert.equal(en.change(-0.0341), '3.4%');
  assert.equal(en.change(0.1249), '12.5%');
  assert.equal(en.change(12.5), '1,250.0%');
  assert.equal(plain(fr.change(0.0341)), '3,4 %');
});

test('durations have a suitable unit', () => {
  assert.equal(plain(en.duration(900)), '1 s');
  assert.equal(plain(en.duration(59_400)), '59 s');
  assert.equal(plain(en.duration(59_600)), '1 min 0 s');
  assert.equal(plain(en.duration(84_300)), '1 min 24 s');
  assert.equal(plain(fr.duration(84_300)), '1 min 24 s');
  assert.equal(plain(en.time(0.5)), '30 min');
  assert.equal(plain(en.time(31.44)), '31.4 h');
  assert.equal(plain(en.time(72)), '3 d');
  assert.equal(plain(fr.time(72)), '3 j');
  assert.equal(plain(en.millis(160.4)), '160 ms');
  assert.equal(plain(en.millis(2834)), '2.83 s');
  assert.equal(en.seconds(38), '38 seconds');
  assert.equal(en.seconds(91), '2 minutes');
  assert.equal(plain(fr.seconds(1)), '1 seconde');
});

test('days are in UTC, wherever the reader is', () => {
  assert.match(en.day('2026-11-24'), /Nov.* 24, 2026/);
  assert.match(en.days('2026-11-01', '2026-11-30'), /Nov.* 1.+30, 2026/);
  assert.equal(en.days('2026-11-24', '2026-11-24'), en.day('2026-11-24'));
});

test('the first of a month is an ordinal number in French', () => {
  assert.equal(plain(fr.day('2026-11-01')), '1er nov. 2026');
  assert.equal(plain(fr.longDay('2026-11-01')), 'dim. 1er nov. 2026');
  assert.equal(plain(fr.shortDay('2026-11-01')), '1er nov.');
  assert.equal(plain(fr.days('2026-11-01', '2026-11-30')), '1er–30 nov. 2026');
  assert.equal(plain(fr.days('2026-10-01', '2026-11-01')), '1er oct. – 1er nov. 2026');
  assert.equal(plain(fr.day('2026-11-21')), '21 nov. 2026');
  assert.match(plain(fr.moment('2026-11-01T12:00:00Z')), /^1er nov\. 2026, \d\d h/);
  assert.equal(plain(fr.dayOf('2026-11-01T12:00:00Z')), '1er nov. 2026');
  assert.match(en.day('2026-11-01'), /^Nov.* 1, 2026$/);
});

test('a country code becomes a name in the language, and any other value stays as it is', () => {
  assert.equal(en.country('DE'), 'Germany');
  assert.equal(fr.country('DE'), 'Allemagne');
  assert.equal(en.country('de'), 'de');
  assert.equal(en.country('<b>'), '<b>');
});
