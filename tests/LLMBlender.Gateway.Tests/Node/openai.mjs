// Drives the gateway with the official JavaScript client, unmodified. Usage: node openai.mjs BASE_URL [PACKAGE]
import assert from 'node:assert/strict';
const { default: OpenAI } = await import(process.argv[3] ?? 'openai');

const pass = (...features) => features.forEach((feature) => console.log(`pass: ${feature}`));
const client = new OpenAI({ baseURL: process.argv[2], apiKey: 'unused', maxRetries: 0 });
const messages = [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'Which is the number?' }];

const models = [];
for await (const model of await client.models.list()) models.push(model.id);
assert.deepEqual(models, ['three', 'fused', 'broken', 'handy', 'object']);
assert.equal((await client.models.retrieve('three')).id, 'three');
pass('models');

const whole = await client.chat.completions.create({ model: 'three', messages });
assert.equal(whole.choices[0].message.content, '9 is the number');
assert.equal(whole.choices[0].finish_reason, 'stop');
assert.equal(whole.usage.total_tokens, 45);
pass('chat');

let text = '';
let usage;
let finish;
const stream = await client.chat.completions.create({ model: 'fused', messages, stream: true, stream_options: { include_usage: true } });
for await (const chunk of stream) {
  text += chunk.choices[0]?.delta?.content ?? '';
  finish = chunk.choices[0]?.finish_reason ?? finish;
  usage = chunk.usage ?? usage;
}
assert.equal(text, '9 is the number');
assert.equal(finish, 'stop');
assert.equal(usage.total_tokens, 45);

// The client's own accumulator, with progress chunks among the others. Older versions have it elsewhere.
const accumulator = client.chat.completions.stream ? client.chat.completions : client.beta.chat.completions;
const final = await accumulator
  .stream({ model: 'fused', messages, llmblender: { progress: true, trace: true } })
  .finalChatCompletion();
assert.equal(final.choices[0].message.content, '9 is the number');
pass('stream');

assert.equal((await client.chat.completions.create({ model: 'three', messages, n: 2 })).choices.length, 2);

// Tools, where the panel passes them on: whole, and through the client's own accumulator.
const tools = [{ type: 'function', function: { name: 'add', parameters: { type: 'object', properties: { a: { type: 'integer' } } } } }];
const calling = await client.chat.completions.create({ model: 'handy', messages, tools });
assert.equal(calling.choices[0].finish_reason, 'tool_calls');
assert.equal(calling.choices[0].message.tool_calls[0].function.name, 'add');
const result = { role: 'tool', tool_call_id: calling.choices[0].message.tool_calls[0].id, content: '6' };
assert.equal((await client.chat.completions.create({ model: 'handy', messages: [...messages, calling.choices[0].message, result] })).choices[0].message.content, '1 is the number');
pass('tools');
const called = await accumulator.stream({ model: 'handy', messages, tools }).finalChatCompletion();
assert.deepEqual(JSON.parse(called.choices[0].message.tool_calls[0].function.arguments), { a: 5 });
pass('streamed tools');

// Structured output, and an image for the member that sees.
const schema = { type: 'object', properties: { answer: { type: 'integer' } }, required: ['answer'], additionalProperties: false };
const structured = await client.chat.completions.create({ model: 'object', messages, response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } } });
assert.deepEqual(JSON.parse(structured.choices[0].message.content), { answer: 4 });
pass('structured output');
const image = { role: 'user', content: [{ type: 'text', text: 'What?' }, { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] };
assert.equal((await client.chat.completions.create({ model: 'three', messages: [image] })).choices[0].message.content, '1 is the number');
pass('images');

await assert.rejects(client.chat.completions.create({ model: 'nobody', messages }), (e) =>
  e instanceof OpenAI.NotFoundError && e.code === 'model_not_found');
await assert.rejects(client.chat.completions.create({ model: 'three', messages, tools: [{ type: 'function', function: { name: 'f' } }] }), (e) =>
  e instanceof OpenAI.BadRequestError && e.param === 'tools' && e.code === 'unsupported_parameter');
await assert.rejects(client.chat.completions.create({ model: 'broken', messages }), (e) =>
  e instanceof OpenAI.APIError && e.status === 502);
await assert.rejects(async () => {
  for await (const _ of await client.chat.completions.create({ model: 'broken', messages, stream: true }));
}, (e) => e instanceof OpenAI.APIError && e.code === 'faulted');
pass('errors');

// Responses: whole, streamed, and through the client's own accumulator.
const response = await client.responses.create({ model: 'three', instructions: 'Be brief.', input: 'Which is the number?' });
assert.equal(response.output_text, '9 is the number');
assert.equal(response.usage.total_tokens, 45);
let spoken = '';
for await (const event of await client.responses.create({ model: 'fused', input: [{ role: 'user', content: 'Which?' }], stream: true })) {
  if (event.type === 'response.output_text.delta') spoken += event.delta;
}
assert.equal(spoken, '9 is the number');
assert.equal((await client.responses.stream({ model: 'fused', input: 'Which?' }).finalResponse()).output.at(-1).content[0].text, '9 is the number');
await assert.rejects(client.responses.create({ model: 'three', input: 'And?', previous_response_id: 'resp_1' }), (e) =>
  e instanceof OpenAI.BadRequestError && e.param === 'previous_response_id');
pass('responses');

// Hanging up ends the request.
const dropped = await client.chat.completions.create({ model: 'fused', messages, stream: true });
dropped.controller.abort();
pass('abort');

console.log('all good');
