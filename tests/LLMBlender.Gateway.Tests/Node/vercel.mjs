// Drives the gateway with Vercel's AI SDK, unmodified, over each of its providers. Usage: node vercel.mjs BASE_URL
import assert from 'node:assert/strict';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, jsonSchema, Output, stepCountIs, streamText, tool } from 'ai';

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
  let text = '';
  for await (const piece of streamText(settings).textStream) text += piece;
  assert.equal(text, 'It is noon.', `${name}, streamed`);

  const loop = await generateText({ ...settings, tools, stopWhen: stepCountIs(3) });
  assert.equal(loop.text, 'It is noon.', `${name}, tools`);
  assert.equal(loop.steps.length, 2, `${name}, steps`);
  const streamed = streamText({ ...settings, tools, stopWhen: stepCountIs(3) });
  assert.equal(await streamed.text, 'It is noon.', `${name}, streamed tools`);

  await assert.rejects(generateText({ ...settings, model: model('nobody') }), (e) => e.statusCode === 404, name);
}

for (const name of ['chat', 'responses', 'compatible']) {
  const output = Output.object({ schema: jsonSchema({ type: 'object', properties: { answer: { type: 'integer' } }, required: ['answer'], additionalProperties: false }) });
  const { output: object } = await generateText({ model: providers[name]('object'), prompt: 'Two and two?', output, maxRetries: 0 });
  assert.deepEqual(object, { answer: 4 }, name);
}

console.log('all good');
