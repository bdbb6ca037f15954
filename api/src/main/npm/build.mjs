// Checks, tests, bundles, minifies and packs what runs in browsers: the tracker and the dashboard.
//
//   node build.mjs WORK        WORK/classes is what goes into the artifact; the tools are installed into WORK/tools
//
// Each part is a directory beside this one, with a bundle.mjs that says what is built and how large it may be. A part in
// which nothing has changed since the last time is not built again. The first time, and after a change of the lock file, npm
// asks its registry for the tools, unless its cache holds them.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const PARTS = ['tracker', 'dashboard'];
const HERE = dirname(fileURLToPath(import.meta.url));
const TOOL_FILES = ['package.json', 'package-lock.json', '.npmrc'];

const [work] = process.argv.slice(2).map((argument) => resolve(argument));
const tools = join(work, 'tools');

const fail = (message) => {
  console.error(message);
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
    hash.update(relative(HERE, path)).update('\0').update(readFileSync(path)).update('\0');
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

const load = async (module) => {
  const loaded = await import(pathToFileURL(module));
  return loaded.default ?? loaded;
};

const check = (sources) =>
  run(process.execPath, [join(tools, 'node_modules/typescript/bin/tsc'), '--project', join(sources, 'tsconfig.json')]);

const test = async (esbuild, tests, out) => {
  await esbuild.build({
    entryPoints: files(tests),
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

/**
 * Bundles and minifies an entry with esbuild, and returns its bytes. Terser saves some more in a script where each byte counts.
 */
const bundled = async (esbuild, entry, { counted, ...options }) => {
  const { outputFiles } = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    write: false,
    logLevel: 'warning',
    ...options,
  });
  if (!counted) {
    return outputFiles[0].contents;
  }
  const { minify } = await load(join(tools, 'node_modules/terser/main.js'));
  return Buffer.from((await minify(outputFiles[0].text, { ecma: 2020, ...counted })).code);
};

/** Writes each file only compressed, in two ways: the service decompresses it for the rare client that accepts neither. */
const write = async (part, made, { directory, largest }) => {
  const { gzipAsync } = await load(join(tools, 'node_modules/@gfx/zopfli/dist/index.js'));
  const out = join(work, part, 'classes', directory);
  mkdirSync(out, { recursive: true });
  const sizes = [];
  for (const [name, content] of Object.entries(made)) {
    const packed = await gzipAsync(content, {});
    const brotli = brotliCompressSync(content, {
      params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
    });
    writeFileSync(join(out, `${name}.gz`), packed);
    writeFileSync(join(out, `${name}.br`), brotli);
    sizes.push({ name, plain: content.length, packed: packed.length, brotli: brotli.length });
  }
  const sum = sizes.reduce((total, { packed }) => total + packed, 0);
  sizes.forEach(({ name, plain, packed, brotli }) =>
    console.log(`${part}: ${name} is ${plain} bytes, ${packed} gzipped, ${brotli} by brotli`),
  );
  if (sum > largest) {
    fail(`${part}: ${sum} bytes gzipped, and ${largest} are allowed`);
  }
  console.log(`${part}: ${sum} bytes gzipped, and ${largest} are allowed`);
};

const build = async (part) => {
  const sources = resolve(HERE, '..', part);
  const tests = resolve(HERE, '../../test', part);
  const stamp = join(work, part, 'built');
  const wanted = digest([...files(HERE), ...files(sources), ...files(tests)]);
  if (stamped(stamp, wanted)) {
    return;
  }
  rmSync(join(work, part), { recursive: true, force: true });
  install();
  const esbuild = await load(join(tools, 'node_modules/esbuild/lib/main.js'));
  const { make, ...limits } = await load(join(sources, 'bundle.mjs'));
  check(sources);
  await test(esbuild, tests, join(work, part, 'tests'));
  await write(part, await make((entry, options) => bundled(esbuild, join(sources, entry), options)), limits);
  writeFileSync(stamp, wanted);
};

if (!work) {
  fail('usage: node build.mjs WORK');
}
if (+process.versions.node.split('.')[0] < 18) {
  fail(`Node 18 or newer is needed, and this is ${process.version}`);
}
for (const part of PARTS) {
  await build(part);
}
