// Checks Kubernetes manifests: each against its kind's OpenAPI schema, and, for fields that no schema knows, against its
// kind's type, which takes none. Reads files of YAML documents; prints a line for each fault; ends with 1 if there are any.
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadAll } from "js-yaml";
import ts from "typescript";

const operators = {
  "gateway.networking.k8s.io": "@kubernetes-models/gateway-api", "keda.sh": "@kubernetes-models/keda", "monitoring.coreos.com": "@kubernetes-models/prometheus-operator",
};
const here = dirname(fileURLToPath(import.meta.url));
const faults = [];
const typed = [];

for (const file of process.argv.slice(2)) {
  for (const manifest of loadAll(readFileSync(file, "utf8")).filter(Boolean)) {
    const where = `${basename(file)}: ${manifest.kind} ${manifest.metadata?.name}`;
    const [version, group] = manifest.apiVersion.split("/").reverse();
    const name = operators[group] ?? "kubernetes-models";
    const path = [name, group, version, manifest.kind].filter(Boolean).join("/");
    try {
      const model = (await import(path))[manifest.kind];
      new model(structuredClone(manifest)).validate();
    } catch (e) {
      faults.push(`${where}: ${e.message}`);
      continue;
    }
    typed.push({ where, text: `import type { I${manifest.kind} } from "${path}";\nexport const manifest: I${manifest.kind} = ${JSON.stringify(manifest, null, 1)};\n` });
  }
}

const folder = mkdtempSync(join(here, "typed-"));
try {
  const files = typed.map(({ text }, i) => {
    const file = join(folder, `manifest${i}.ts`);
    writeFileSync(file, text);
    return file;
  });
  const program = ts.createProgram(files, {
    strict: true, noEmit: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
  });
  for (const { file, messageText } of ts.getPreEmitDiagnostics(program)) {
    const number = file && files.indexOf(file.fileName);
    faults.push(`${number >= 0 ? typed[number].where : "?"}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

console.log(faults.join("\n"));
console.error(`${typed.length} manifests`);
process.exitCode = faults.length ? 1 : 0;
