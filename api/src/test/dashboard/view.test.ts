import assert from 'node:assert/strict';
import test from 'node:test';
import { asked, changed, days, fault, isDay, periodOf, plusDays, question, read, write } from '../../main/dashboard/view';

const TODAY = '2026-03-10';

test('an empty address shows thirty days of all properties, compared', () => {
  const view = read('');
  assert.equal(view.window, '30');
  assert.equal(view.compare, 'true');
  assert.equal(view.property, '');
  assert.equal(write(view), '');
});

test('a view that is written into an address is read from it again', () => {
  for (const query of [
    '',
    '?window=today',
    '?window=365&compare=false&property=docs',
    '?from=2026-01-01&to=2026-01-31&chart=sessions&sources=utm_campaign&pages=exit_path',
    '?window=month&compare=year&f=is%3Apath%3A%2Fa%3Ab&f=is_not%3Autm_campaign&leads=lead.form&touch=capture',
    '?window=all&f=is%3Aprops.plan%3Apro',
    '?f=is%3Aprops.shop%253Acolour%2B100%2525%3Ared%3Adark',
    '?f=is_not%3Areferrer_host%3Agoogle.ca%2Cwww.google.com&f=is%3Apath%3A%2Fa%2Cb&extras=props&prop=order.tea',
  ]) {
    assert.equal(write(read(query)), query);
  }
});

test('any number of days that the service accepts is a window', () => {
  for (const days of ['1', '7', '31', '366'] as const) {
    const view = read(`?window=${days}&compare=false`);
    assert.equal(view.window, days);
    assert.equal(write(view), `?window=${days}&compare=false`);
    assert.deepEqual(question(view, TODAY, ''), { window: days });
  }
});

test('a query is for the same days as a summary, by names that the query route accepts', () => {
  const period = (query: string) => periodOf(read(query), TODAY, '');
  assert.equal(period('?window=today'), 'today');
  assert.equal(period('?window=7'), '7d');
  assert.equal(period(''), '30d');
  assert.deepEqual(period('?window=1'), ['2026-03-09', '2026-03-09']);
  assert.deepEqual(period('?window=31'), ['2026-02-07', '2026-03-09']);
  assert.deepEqual(period('?window=90'), ['2025-12-10', '2026-03-09']);
  assert.deepEqual(period('?window=yesterday'), ['2026-03-09', '2026-03-09']);
});

test('an invalid value in an address is ignored', () => {
  for (const query of [
    '?window=0',
    '?window=-7',
    '?window=%2B7',
    '?window=07',
    '?window=7.5',
    '?window=1e2',
    '?window=367',
    '?window=9007199254740993',
    '?window=abc',
    '?window=',
    '?window=Today',
    '?window=custom',
    '?from=2026-01-31&to=2026-01-01',
    '?from=2026-02-30&to=2026-03-01',
    '?from=2024-01-01&to=2025-01-01',
    '?to=2026-01-01',
    '?chart=__proto__&sources=toString&pages=path&compare=yes',
  ]) {
    const view = read(query);
    assert.equal(view.window, '30', query);
    assert.equal(view.from + view.to, '', query);
    assert.equal(write(view), '', query);
    assert.deepEqual(question(view, TODAY, ''), { window: '30' });
  }
});

test('a property with special characters is read from an address as it was written', () => {
  assert.equal(read(write({ ...read(''), property: 'a&b=<ü> ?' })).property, 'a&b=<ü> ?');
});

test('a window with a name is requested by its name, and custom days by their dates', () => {
  assert.deepEqual(question(read('?window=today&property=docs'), TODAY, ''), { window: 'today', propertyId: 'docs' });
  assert.deepEqual(question(read('?window=7'), TODAY, ''), { window: '7' });
  assert.deepEqual(question(read('?from=2026-01-01&to=2026-01-02'), TODAY, ''), { from: '2026-01-01', to: '2026-01-02' });
});

test('custom days must be complete, in order, not too many and not in the future', () => {
  assert.equal(fault('', '2026-01-01'), 'missing');
  assert.equal(fault('2026-01-02', '2026-01-01'), 'order');
  assert.equal(fault('2024-01-01', '2024-12-31'), undefined);
  assert.equal(fault('2024-01-01', '2025-01-01'), 'length');
  assert.equal(fault('2026-01-01', '2026-01-02', '2026-01-02'), undefined);
  assert.equal(fault('2026-01-01', '2026-01-03', '2026-01-02'), 'future');
});

test('only dates that exist are days', () => {
  assert.equal(isDay('2024-02-29'), true);
  assert.equal(isDay('2026-02-29'), false);
  assert.equal(isDay('2026-1-1'), false);
  assert.equal(days('2024-02-28', '2024-03-01'), 3);
  assert.equal(plusDays('2026-03-01', -1), '2026-02-28');
});

test('a period that has no name in the service is requested by its days', () => {
  const daysOf = (window: string) => question(read(`?window=${window}`), TODAY, '');
  assert.deepEqual(daysOf('yesterday'), { from: '2026-03-09', to: '2026-03-09' });
  assert.deepEqual(daysOf('month'), { from: '2026-03-01', to: '2026-03-10' });
  assert.deepEqual(daysOf('year'), { from: '2026-01-01', to: '2026-03-10' });
  assert.deepEqual(daysOf('all'), { from: '2025-03-10', to: '2026-03-10' });
  const all = (first: string) => question(read('?window=all'), TODAY, first);
  assert.deepEqual(all('2026-02-01'), { from: '2026-02-01', to: '2026-03-10' });
  assert.deepEqual(all('2020-02-01'), { from: '2025-03-10', to: '2026-03-10' });
});

test('filters are requested in the form that the service accepts, and invalid ones are left out', () => {
  const { filters } = read('?f=is:path:/a:b&f=is_not:utm_campaign&f=is:utm_term:&f=like:path:/&f=is:&f=x');
  assert.deepEqual(asked(filters), [
    ['is', 'path', ['/a:b']],
    ['is_not', 'utm_campaign', [null]],
    ['is', 'utm_term', ['']],
  ]);
});

test('an address has at most 18 filters, because a list of props adds two and the service accepts 20', () => {
  const query = Array.from({ length: 25 }, (_, i) => `f=is_not:path:/${i}`).join('&');
  assert.equal(read(query).filters.length, 18);
});

test('the key of a prop may have a colon and a percent sign', () => {
  const filter = { not: false, dimension: 'props.shop:colour 100%', values: ['red:dark'] };
  assert.deepEqual(read(write({ ...read(''), filters: [filter] })).filters, [filter]);
  assert.equal(read('?f=is%3Aprops.100%25%3Ared').filters[0]?.dimension, 'props.100%');
});

test('a filter by a goal is removed when another property is chosen', () => {
  const view = read('?property=docs&f=is%3Agoal%3Aordered&f=is%3Acountry%3ACA');
  assert.equal(write(changed(view, { property: 'shop' })), '?property=shop&f=is%3Acountry%3ACA');
  assert.equal(write(changed(view, { window: '7' })), '?window=7&property=docs&f=is%3Agoal%3Aordered&f=is%3Acountry%3ACA');
});
