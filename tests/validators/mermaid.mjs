// Diagrams (a JSON list of texts on standard input) -> what Mermaid says of each: null, or why it cannot be read.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const found = createRequire(`${process.argv[2]}/x.js`);
const { JSDOM } = found('jsdom');
const { window } = new JSDOM('');
Object.assign(globalThis, { window, document: window.document });
const { default: mermaid } = await import(pathToFileURL(found.resolve('mermaid')));
const answers = [];
for (const text of JSON.parse(readFileSync(0, 'utf8'))) {
  try {
    await mermaid.parse(text);
    answers.push(null);
  } catch (error) {
    answers.push(String(error.message ?? error));
  }
}
process.stdout.write(JSON.stringify(answers), () => process.exit(0));
