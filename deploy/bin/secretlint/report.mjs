// Reads the JSON that secretlint wrote, and prints file:line: rule. secretlint's own formats show the secret, or hide the rule too.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const files = JSON.parse(readFileSync(process.argv[2], 'utf8'));
if (files.length === 0) {
  console.error('secret-scan: secretlint read no file');
  process.exit(2);
}
const found = files.flatMap(({ filePath, messages }) =>
  messages.map(({ loc, data, messageId }) =>
    `${relative(process.cwd(), filePath)}:${loc.start.line}: ${data?.PATTERN_NAME ?? messageId}`));
found.forEach((line) => console.log(line));
if (found.length > 0) {
  console.error('secret-scan: remove these, and replace the secrets where they are used: a secret that was committed is no longer secret');
  process.exit(1);
}
console.log(`secret-scan: ${files.length} files, no secret`);
