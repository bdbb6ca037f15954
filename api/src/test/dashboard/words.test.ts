import assert from 'node:assert/strict';
import test from 'node:test';
import { en } from '../../main/dashboard/en';
import { fr } from '../../main/dashboard/fr';

/** Every text by its name; of one that is made from others, what is made from their names. */
const texts = (words: object, before = ''): Map<string, string> =>
  new Map(
    Object.entries(words).flatMap(([name, said]): [string, string][] =>
      typeof said === 'object'
        ? [...texts(said, `${before}${name}.`)]
        : [[before + name, typeof said === 'function' ? said('{a}', '{b}', '{c}', '{d}') : said]],
    ),
  );

/** Names that both languages share. */
const SAME = /Paint$|Shift$|Byte$|^(Sessions|Session|Conversions|Pages|Page|Mobile|Total|Campaign|Interne?)$/;

test('French has every text of English, translated', () => {
  const french = texts(fr);
  assert.deepEqual([...french.keys()].sort(), [...texts(en).keys()].sort());
  for (const [name, said] of texts(en)) {
    assert.ok(french.get(name)?.trim(), name);
    assert.ok(french.get(name) !== said || SAME.test(said), `${name} is not translated: ${said}`);
  }
});

test('both languages have the same texts with figures', () => {
  const french = texts(fr);
  for (const [name, said] of texts(en)) {
    assert.deepEqual(french.get(name)?.match(/\{\w\}/g)?.sort(), said.match(/\{\w\}/g)?.sort(), name);
  }
});
