// Drives the gateway with Cohere's client, unmodified. Usage: node cohere.mjs URL RANKER
import assert from 'node:assert/strict';
import { CohereClientV2 } from 'cohere-ai';

const pass = (...features) => features.forEach((feature) => console.log(`pass: ${feature}`));
const [, , environment, model] = process.argv;
const client = new CohereClientV2({ token: 'unused', environment });
const documents = ['2 is the number', '9 is the number', '5 is the number'];

const ranked = await client.rerank({ model, query: 'Which is the number?', documents, topN: 2 });
assert.deepEqual(ranked.results.map((result) => result.index), [1, 2]);
pass('rerank');
await assert.rejects(client.rerank({ model: 'nobody', query: 'Which?', documents }, { maxRetries: 0 }), (e) => e.statusCode === 404);
pass('errors');

console.log('all good');
