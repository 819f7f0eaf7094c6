// Drives the gateway with Vercel's AI SDK, unmodified, over each of its providers. Usage: node vercel.mjs BASE_URL
import assert from 'node:assert/strict';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, jsonSchema, Output, stepCountIs, streamText, tool } from 'ai';

const pass = (...features) => features.forEach((feature) => console.log(`pass: ${feature}`));
const baseURL = process.argv[2];
const openai = createOpenAI({ baseURL, apiKey: 'unused' });
const compatible = createOpenAICompatible({ name: 'gateway', baseURL, apiKey: 'unused', supportsStructuredOutputs: true });
const anthropic = createAnthropic({ baseURL, apiKey: 'unused' });
const providers = { chat: (name) => openai.chat(name), responses: (name) => openai.responses(name), compatible: (name) => compatible(name), anthropic: (name) => anthropic(name) };
const tools = {
  get_time: tool({
    description: 'The time.',
    inputSchema: jsonSchema({ type: 'object', properties: { zone: { type: 'string' } }, required: ['zone'], additionalProperties: false }),
    execute: async ({ zone }) => `12:00 ${zone}`,
  }),
};

for (const [name, model] of Object.entries(providers)) {
  const settings = { model: model('agent'), prompt: 'What time is it?', maxRetries: 0 };
  assert.equal((await generateText(settings)).text, 'It is noon.', name);
  pass(`${name}/chat`);
  let text = '';
  for await (const piece of streamText(settings).textStream) text += piece;
  assert.equal(text, 'It is noon.', `${name}, streamed`);
  pass(`${name}/stream`);

  const loop = await generateText({ ...settings, tools, stopWhen: stepCountIs(3) });
  assert.equal(loop.text, 'It is noon.', `${name}, tools`);
  assert.equal(loop.steps.length, 2, `${name}, steps`);
  pass(`${name}/tools`);
  const streamed = streamText({ ...settings, tools, stopWhen: stepCountIs(3) });
  assert.equal(await streamed.text, 'It is noon.', `${name}, streamed tools`);
  pass(`${name}/streamed tools`);

  await assert.rejects(generateText({ ...settings, model: model('nobody') }), (e) => e.statusCode === 404, name);
  pass(`${name}/errors`);

  const image = { type: 'image', image: new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]), mediaType: 'image/png' };
  const seen = await generateText({ model: model('agent'), maxRetries: 0, messages: [{ role: 'user', content: [{ type: 'text', text: 'What?' }, image] }] });
  assert.equal(seen.text, 'It is noon.', `${name}, images`);
  pass(`${name}/images`);
  await assert.rejects(generateText({ ...settings, abortSignal: AbortSignal.abort() }), name);
  pass(`${name}/abort`);
}

for (const name of ['chat', 'responses', 'compatible']) {
  const output = Output.object({ schema: jsonSchema({ type: 'object', properties: { answer: { type: 'integer' } }, required: ['answer'], additionalProperties: false }) });
  const { output: object } = await generateText({ model: providers[name]('object'), prompt: 'Two and two?', output, maxRetries: 0 });
  assert.deepEqual(object, { answer: 4 }, name);
  pass(`${name}/structured output`);
}

console.log('all good');
