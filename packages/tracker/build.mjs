// Builds the package from the tracker's own source, into dist. npm pack runs it.
//
//   node build.mjs [OUT]     the tools are those of the service's build: run make build before
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const TOOLS = resolve(HERE, '../../api/target/browser/tools');
const SOURCES = { './script': join(HERE, 'src/script.ts'), tracker: resolve(HERE, '../../api/src/main/tracker/main.ts') };
const out = resolve(process.argv[2] ?? join(HERE, 'dist'));

if (!existsSync(join(TOOLS, 'installed'))) {
  console.error('build.mjs: the tools are missing: run make build first');
  process.exit(1);
}
rmSync(out, { recursive: true, force: true });

const { build } = createRequire(join(TOOLS, 'package.json'))('esbuild');
await build({
  entryPoints: [join(HERE, 'src/index.ts')],
  outdir: out,
  chunkNames: 'tracker-[hash]',
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  target: 'es2020',
  charset: 'utf8',
  logLevel: 'warning',
  plugins: [
    {
      name: 'sources',
      setup: ({ onResolve }) =>
        onResolve({ filter: /^(\.\/script|tracker)$/ }, ({ path }) => ({ path: SOURCES[path] })),
    },
  ],
});

const types = spawnSync(
  process.execPath,
  [join(TOOLS, 'node_modules/typescript/bin/tsc'), '--project', join(HERE, 'tsconfig.json'), '--outDir', out],
  { stdio: 'inherit' },
);
rmSync(join(out, 'script.d.ts'), { force: true });
process.exitCode = types.status ?? 1;
