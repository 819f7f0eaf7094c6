// Asks a cluster with Node's fetch (undici), which keeps connections open and repeats nothing, until its input ends; then it prints what it counted.
//   node fetch.mjs URL RUN CONCURRENCY
const [url, run, concurrency] = process.argv.slice(2);
const tally = { answered: {}, comparisons: 0, failures: [] };
let stopped = false;
let asked = 0;
process.stdin.on("end", () => { stopped = true; }).resume();

const text = (about, i) => Array.from({ length: 3 + i }, (_, j) => `It helps with thing ${i * (j + 1)} of ${about}, where nothing else does.`).join(" ");
const rank = (about) => ["/v1/rank", { instruction: `Say what ${about} is good for.`, candidates: [0, 1, 2, 3, 4].map((i) => ({ text: text(about, i) })), aggregate: "max-logits" }];
const pair = (about) => ["/v1/compare", { instruction: `Say what ${about} is good for.`, a: text(about, 1), b: text(about, 2), order: "both" }];

await Promise.all(Array.from({ length: Number(concurrency) }, async () => {
  while (!stopped) {
    const number = asked++;
    const [path, body] = number % 10 === 0 ? pair(`${run} ${number}`) : rank(`${run} ${number}`);
    try {
      const response = await fetch(url + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
      const answer = await response.text();
      if (response.status !== 200) {
        throw new Error(`${response.status} ${answer}`);
      }
      tally.answered[path] = (tally.answered[path] ?? 0) + 1;
      tally.comparisons += JSON.parse(answer).comparisons ?? 2;
    } catch (e) {
      tally.failures.push(`${path} ${number}: ${e.message} ${e.cause?.code ?? ""}`);
    }
  }
}));
console.log(JSON.stringify(tally));
