// Compares the page's libraries with their packages. Usage: node vendor.mjs VENDOR_FOLDER PACKAGE_JSON
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, pinned] = process.argv.slice(2);
const modules = join(import.meta.dirname, 'node_modules');
const wanted = JSON.parse(readFileSync(pinned, 'utf8')).dependencies;
const files = { marked: { LICENSE: 'LICENSE', 'marked.esm.js': 'lib/marked.esm.js' }, temml: { LICENSE: 'LICENSE', 'temml.min.js': 'dist/temml.min.js' } };
assert.deepEqual(Object.keys(wanted), Object.keys(files));
for (const [name, of] of Object.entries(files)) {
  assert.equal(JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')).version, wanted[name]);
  for (const [file, source] of Object.entries(of)) {
    assert.ok(readFileSync(join(folder, name, file)).equals(readFileSync(join(modules, name, source))), `${name}/${file} is not the package's`);
  }
}

console.log('all good');
