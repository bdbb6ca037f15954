// Prints how long a browser on a slow processor takes to evaluate the tracker, in milliseconds: the median of nine loads.
//
//   node tracker.mjs CHROMIUM telemetry.js.gz [SLOWDOWN]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const [chromium, file, slowdown = '6'] = process.argv.slice(2);
const LOADS = 9;
const script = gunzipSync(readFileSync(file)).toString();

// The page evaluates the script as a parser would, and answers to its requests with nothing.
const page = `<!doctype html><title>Bench</title><h1>Bench</h1><script>
const element = document.createElement('script');
element.dataset.endpoint = location.origin;
element.dataset.allowLocalhost = '';
element.text = ${JSON.stringify(script).replaceAll('<', '\\u003c')};
const before = performance.now();
document.head.append(element);
window.took = performance.now() - before;
window.isCounted = !!localStorage['altcontext.id'];
</script>`;
const server = createServer((request, response) => {
  request.resume();
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(request.method === 'GET' ? page : '');
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const site = `http://127.0.0.1:${server.address().port}/`;

const profile = mkdtempSync(join(tmpdir(), 'altcontext-bench-'));
const browser = spawn(
  chromium,
  ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--remote-debugging-pipe', `--user-data-dir=${profile}`],
  { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
);
const [commands, messages] = [browser.stdio[3], browser.stdio[4]];
const waiting = new Map();
let received = '';
messages.setEncoding('utf8').on('data', (part) => {
  const parts = (received + part).split('\0');
  received = parts.pop();
  for (const { id, result, error } of parts.map((text) => JSON.parse(text))) {
    waiting.get(id)?.(error ? { error } : result);
  }
});
let calls = 0;
const call = (method, params = {}, sessionId = undefined) =>
  new Promise((done) => {
    waiting.set(++calls, done);
    commands.write(`${JSON.stringify({ id: calls, method, params, sessionId })}\0`);
  });

const load = async () => {
  // A context of its own: each load is a new visitor with an empty cache.
  const { browserContextId } = await call('Target.createBrowserContext');
  const { targetId } = await call('Target.createTarget', { url: 'about:blank', browserContextId });
  const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true });
  await call('Emulation.setCPUThrottlingRate', { rate: +slowdown }, sessionId);
  await call('Page.navigate', { url: site }, sessionId);
  const expression = `new Promise((done) => {
    const look = () => (window.took === undefined ? setTimeout(look, 20) : done(isCounted ? took : NaN));
    look();
  })`;
  const { result } = await call('Runtime.evaluate', { expression, awaitPromise: true }, sessionId);
  await call('Target.disposeBrowserContext', { browserContextId });
  return result?.value;
};

const times = [];
while (times.length < LOADS) {
  const took = await load();
  if (typeof took === 'number') {
    times.push(took);
  }
}
browser.kill();
server.close();
await new Promise((ended) => (browser.exitCode === null ? browser.on('exit', ended) : ended()));
rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
console.log(times.sort((one, other) => one - other)[LOADS >> 1].toFixed(1));
