import assert from 'node:assert/strict';
import test from 'node:test';
import { isForTests } from '../../main/dashboard/reserved';

test('an address under a domain that is reserved for tests is recognized', () => {
  for (const email of ['jo@example.com', 'jo@mail.example.org', 'jo@EXAMPLE.net', 'jo@shop.test', 'jo@a.example', 'jo@x.invalid', 'jo@localhost']) {
    assert.ok(isForTests(email), email);
  }
});

test('an address under a domain that only looks reserved is not recognized', () => {
  for (const email of ['jo@example.ca', 'jo@myexample.com', 'jo@example.com.ca', 'jo@test.ca', 'test@shop.ca', 'example.com@shop.ca', '"@example.com"@shop.ca']) {
    assert.ok(!isForTests(email), email);
  }
});
