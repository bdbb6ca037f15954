// The package as npm packs it, installed in a project that uses it. node --test runs this after make build.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const PACKAGE = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const TOOLS = resolve(PACKAGE, '../../api/target/browser/tools');
const TSC = join(TOOLS, 'node_modules/typescript/bin/tsc');
const user = mkdtempSync(join(tmpdir(), 'altcontext-package-'));
const installed = join(user, 'node_modules/altcontext-tracker');

const npm = (directory, ...args) => execFileSync('npm', [...args, '--loglevel=error'], { cwd: directory, encoding: 'utf8' });

before(() => {
  const [{ filename }] = JSON.parse(npm(PACKAGE, 'pack', '--json', '--pack-destination', user));
  writeFileSync(join(user, 'package.json'), '{"type":"module","private":true}');
  npm(user, 'install', '--offline', '--no-fund', '--no-audit', join(user, filename));
});

after(() => rmSync(user, { recursive: true, force: true }));

test('it contains the built files and the licence, and has no dependency', () => {
  assert.deepEqual(
    readdirSync(installed, { recursive: true })
      .map((name) => name.replace(/-\w+\.js$/, '-….js'))
      .filter((name) => name !== 'dist' && name !== 'dist/tracker-….js')
      .sort(),
    ['LICENSE', 'README.md', 'dist/index.d.ts', 'dist/index.js', 'package.json'],
  );
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  assert.equal(dependencies ?? peerDependencies, undefined);
});

test('it is not much larger than the script', () => {
  const built = join(installed, 'dist');
  const bytes = readdirSync(built)
    .filter((name) => name.endsWith('.js'))
    .reduce((sum, name) => sum + gzipSync(readFileSync(join(built, name))).length, 0);
  assert.ok(bytes < 4096, `${bytes} bytes gzipped`);
});

test('a bundler that leaves out files without side effects keeps the tracker', async () => {
  // These imports take nothing from the files by name, like the imports that load them later.
  const files = readdirSync(join(installed, 'dist')).filter((name) => name.startsWith('tracker-'));
  writeFileSync(join(user, 'loaded.js'), files.map((name) => `import './node_modules/altcontext-tracker/dist/${name}';`).join(''));
  const { build } = createRequire(join(TOOLS, 'package.json'))('esbuild');
  const { outputFiles } = await build({ entryPoints: [join(user, 'loaded.js')], bundle: true, format: 'esm', write: false });
  assert.match(outputFiles[0].text, /page_view/);
});

test('on a server it does nothing', async () => {
  const tracker = await import(pathToFileURL(join(installed, 'dist/index.js')));
  tracker.init({ endpoint: 'https://api.example.com' });
  tracker.track('plan_chosen', { plan: 'pro' });
  tracker.pageView('/second');
  tracker.optOut();
  tracker.optIn();
  assert.deepEqual(Object.keys(tracker).sort(), ['init', 'optIn', 'optOut', 'pageView', 'track']);
});

test('TypeScript finds and checks its types', () => {
  const check = (source) => {
    writeFileSync(join(user, 'use.ts'), `import { init, track } from 'altcontext-tracker';\n${source}`);
    execFileSync(
      process.execPath,
      [TSC, '--noEmit', '--strict', '--target', 'es2020', '--module', 'nodenext', '--moduleResolution', 'nodenext', 'use.ts'],
      { cwd: user, stdio: 'pipe' },
    );
  };
  check("init({ endpoint: 'https://x', beforeSend: ({ path }) => path != '/secret' && { path } }); track('a', { b: 1 });");
  assert.throws(() => check('init({});'));
  assert.throws(() => check("init({ endpoint: 'https://x', hash: 'yes' });"));
});
