import assert from 'node:assert/strict';
import test from 'node:test';
import { hoursOfDay, openHour, setClock, setZones, thisHour, today } from '../../main/dashboard/clock';

const hours = (day: string, ...zones: string[]): string => hoursOfDay(day, zones).map(({ hour }) => hour.slice(11, 13)).join(' ');
const twice = (day: string, ...zones: string[]): string[] => hoursOfDay(day, zones).filter(({ isTwice }) => isTwice).map(({ hour }) => hour);

const ALL = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0')).join(' ');

test('a day has 24 hours in every time zone', () => {
  for (const zone of ['UTC', 'America/Toronto', 'Asia/Kathmandu', 'Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
    assert.equal(hours('2026-06-15', zone), ALL, zone);
    assert.deepEqual(twice('2026-06-15', zone), [], zone);
    assert.equal(hoursOfDay('2026-06-15', [zone])[0]?.hour, '2026-06-15T00:00');
  }
});

test('a day on which clocks are put forward has one hour less', () => {
  assert.equal(hours('2026-03-08', 'America/Toronto'), ALL.replace(' 02', ''));
  assert.equal(hours('2026-03-07', 'America/Toronto'), ALL);
  assert.equal(hours('2026-04-24', 'Africa/Cairo'), ALL.replace('00 ', ''));
});

test('an hour comes twice on the day on which clocks are put back', () => {
  assert.equal(hours('2026-11-01', 'America/Toronto'), ALL);
  assert.deepEqual(twice('2026-11-01', 'America/Toronto'), ['2026-11-01T01:00']);
  assert.deepEqual(twice('2026-10-31', 'America/Toronto'), []);
});

test('a day of several zones has every hour that it has in any of them', () => {
  assert.equal(hours('2026-03-08', 'America/Toronto', 'UTC'), ALL);
  assert.deepEqual(twice('2026-11-01', 'UTC', 'America/Toronto'), ['2026-11-01T01:00']);
});

test('today is the day that has begun in each of the zones', () => {
  setClock('2026-11-30T16:00:00Z');
  setZones(['Australia/Sydney'], '');
  assert.equal(today(), '2026-12-01');
  setZones(['UTC', 'Australia/Sydney'], '');
  assert.equal(today(), '2026-11-30');
  setZones(['UTC'], '');
});

test('an hour is open until it has ended in each of the zones', () => {
  setClock('2026-11-30T16:10:00Z');
  setZones(['UTC', 'Australia/Sydney', 'America/Toronto'], '');
  assert.equal(openHour(), '2026-11-30T11:00');
  assert.equal(thisHour(), '2026-12-01T03:00');
  setZones(['UTC'], '');
  assert.equal(openHour(), '2026-11-30T16:00');
});
