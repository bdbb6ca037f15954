// Checks, tests, bundles, minifies and packs the tracker: telemetry.js and telemetry.js.gz in the directory that is named.
//
//   node build.mjs WORK        WORK/classes is what goes into the artifact; the tools are installed into WORK/tools
//
// Does nothing where nothing has changed since the last time. The first time, and after a change of the lock file, npm asks
// its registry for the tools, unless its cache holds them.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const LARGEST = 3072;
const HERE = dirname(fileURLToPath(import.meta.url));
const TESTS = resolve(HERE, '../../test/tracker');
const TOOL_FILES = ['package.json', 'package-lock.json', '.npmrc'];

const [work] = process.argv.slice(2).map((argument) => resolve(argument));
const tools = join(work, 'tools');
const classes = join(work, 'classes');

const fail = (message) => {
  console.error(`tracker: ${message}`);
  process.exit(1);
};

const files = (directory) =>
  readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(directory, entry.name))
    .sort();

const digest = (paths) => {
  const hash = createHash('sha256');
  for (const path of paths) {
    hash.update(path.slice(HERE.length)).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
};

const stamped = (stamp, value) => existsSync(stamp) && readFileSync(stamp, 'utf8') === value;

const run = (command, args, options) => {
  const ran = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (ran.error || ran.status !== 0) {
    console.error(`${ran.stdout ?? ''}${ran.stderr ?? ''}`);
    fail(`${[command, ...args].join(' ')} failed${ran.error ? `: ${ran.error.message}` : ''}`);
  }
};

const install = () => {
  const stamp = join(tools, 'installed');
  const wanted = `${digest(TOOL_FILES.map((name) => join(HERE, name)))} ${process.platform} ${process.arch}`;
  if (stamped(stamp, wanted)) {
    return;
  }
  rmSync(tools, { recursive: true, force: true });
  mkdirSync(tools, { recursive: true });
  TOOL_FILES.forEach((name) => cpSync(join(HERE, name), join(tools, name)));
  run('npm', ['ci', '--ignore-scripts', '--prefer-offline', '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: tools,
    shell: process.platform === 'win32',
  });
  writeFileSync(stamp, wanted);
};

const check = () =>
  run(process.execPath, [join(tools, 'node_modules/typescript/bin/tsc'), '--project', join(HERE, 'tsconfig.json')]);

const test = async (esbuild) => {
  const out = join(work, 'tests');
  rmSync(out, { recursive: true, force: true });
  await esbuild.build({
    entryPoints: files(TESTS),
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node18',
    logLevel: 'warning',
  });
  run(process.execPath, ['--test', ...files(out)]);
};

const bundle = async (esbuild) => {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(HERE, 'main.ts')],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2020',
    charset: 'utf8',
    legalComments: 'none',
    write: false,
    logLevel: 'warning',
  });
  const script = outputFiles[0].contents;
  const packed = gzipSync(script, { level: 9 });
  if (packed.length > LARGEST) {
    fail(`telemetry.js is ${packed.length} bytes gzipped, and ${LARGEST} are allowed`);
  }
  const directory = join(classes, 'com/altcontext/api');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'telemetry.js'), script);
  writeFileSync(join(directory, 'telemetry.js.gz'), packed);
  console.log(`tracker: telemetry.js is ${script.length} bytes, ${packed.length} gzipped (${LARGEST} are allowed)`);
};

if (!work) {
  fail('usage: node build.mjs WORK');
}
if (+process.versions.node.split('.')[0] < 18) {
  fail(`Node 18 or newer is needed, and this is ${process.version}`);
}
const stamp = join(work, 'built');
const sources = digest([...files(HERE), ...files(TESTS)]);
if (!stamped(stamp, sources)) {
  rmSync(classes, { recursive: true, force: true });
  install();
  const esbuild = await import(pathToFileURL(join(tools, 'node_modules/esbuild/lib/main.js')));
  check();
  await test(esbuild.default ?? esbuild);
  await bundle(esbuild.default ?? esbuild);
  writeFileSync(stamp, sources);
}
