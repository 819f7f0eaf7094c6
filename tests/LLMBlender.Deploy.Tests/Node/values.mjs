// Prints the chart's values as a Markdown table: each value that has a comment "# --" above it, with its default.
//   node values.mjs helm/llmblender/values.yaml > helm/llmblender/VALUES.md
import { readFileSync } from "node:fs";
import { load } from "js-yaml";

const text = readFileSync(process.argv[2], "utf8");
const values = load(text);
const rows = [];
const above = [];
let comment = [];
let open = false;
for (const line of text.split("\n")) {
  const said = line.match(/^ *# (-- )?(.*)$/);
  if (said) {
    if (said[1]) [comment, open] = [[said[2]], true];
    else if (open) comment.push(said[2]);
    continue;
  }
  const value = line.match(/^( *)([A-Za-z]+):/);
  if (value) {
    while (above.length && above.at(-1).indent >= value[1].length) above.pop();
    above.push({ indent: value[1].length, name: value[2] });
    if (comment.length) {
      const path = above.map(({ name }) => name);
      const given = path.reduce((at, name) => at?.[name], values);
      rows.push([`\`${path.join(".")}\``, comment.join(" "), `\`${JSON.stringify(given)}\``].map((cell) => cell.replaceAll("|", "\\|")));
    }
  }
  [comment, open] = [[], false];
}

console.log(`# Values of the chart

Generated from the comments of [values.yaml](values.yaml). The values below \`gateway\` that \`blend\`, \`compare\` and \`fuse\` have too, and all of \`common\`, may be
given for each role; those below \`compare\` also for each pool.

| value | what | default |
|---|---|---|
${rows.map((row) => `| ${row.join(" | ")} |`).join("\n")}`);
