import assert from 'node:assert/strict';
import test from 'node:test';
import { en } from '../../main/dashboard/en';
import { fr } from '../../main/dashboard/fr';

/** Every text by its name. A text with parameters is made from placeholders. */
const texts = (words: object, before = ''): Map<string, string> =>
  new Map(
    Object.entries(words).flatMap(([name, said]): [string, string][] =>
      typeof said === 'object'
        ? [...texts(said, `${before}${name}.`)]
        : [[before + name, typeof said === 'function' ? said('{a}', '{b}', '{c}', '{d}') : said]],
    ),
  );

/** Texts that are the same in both languages. */
const SAME = /Paint$|Shift$|Byte$|^(Sessions|Session|Conversions|Pages|Page|Mobile|Total|Campaign|Interne?)$/;

test('French has every text of English, translated', () => {
  const french = texts(fr);
  assert.deepEqual([...french.keys()].sort(), [...texts(en).keys()].sort());
  for (const [name, said] of texts(en)) {
    assert.ok(french.get(name)?.trim(), name);
    assert.ok(french.get(name) !== said || SAME.test(said), `${name} is not translated: ${said}`);
  }
});

test('a text has the same parameters in both languages', () => {
  const french = texts(fr);
  for (const [name, said] of texts(en)) {
    assert.deepEqual(french.get(name)?.match(/\{\w\}/g)?.sort(), said.match(/\{\w\}/g)?.sort(), name);
  }
});

test('French punctuation stays on the line of the word that it belongs to', () => {
  for (const [name, said] of texts(fr)) {
    assert.doesNotMatch(said, / [:;?!»]|« /, name);
  }
});

test('one more day is singular in French too', () => {
  assert.match(fr.fresh.gaps('{a}', 1), / et 1 autre\. /);
  assert.match(fr.fresh.gaps('{a}', 2), / et 2 autres\. /);
});

test('no French word that would need an elision stands before a name', () => {
  for (const said of [fr.filters.menu('Accès direct'), fr.breakdowns.parts('Ecosia'), fr.filters.remove('Appareil')]) {
    assert.doesNotMatch(said, /\b(de|le|la|que) [AEIOU]/, said);
  }
});
