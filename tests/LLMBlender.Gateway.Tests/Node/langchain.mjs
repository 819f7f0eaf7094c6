// Drives the gateway with LangChain's OpenAI client, unmodified. Usage: node langchain.mjs BASE_URL
import assert from 'node:assert/strict';
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';

const pass = (...features) => features.forEach((feature) => console.log(`pass: ${feature}`));
const options = { apiKey: 'unused', maxRetries: 0, configuration: { baseURL: process.argv[2] } };
const model = new ChatOpenAI({ model: 'agent', ...options });
const question = new HumanMessage('What time is it?');

assert.equal((await model.invoke([question])).content, 'It is noon.');
pass('chat');
let text = '';
for await (const chunk of await model.stream([question])) text += chunk.content;
assert.equal(text, 'It is noon.');
pass('stream');

const withTools = model.bindTools([{ type: 'function', function: { name: 'get_time', parameters: { type: 'object', properties: { zone: { type: 'string' } } } } }]);
const calling = await withTools.invoke([question]);
assert.deepEqual(calling.tool_calls[0].args, { zone: 'UTC' });
const answer = await withTools.invoke([question, calling, new ToolMessage({ tool_call_id: calling.tool_calls[0].id, content: '12:00' })]);
assert.equal(answer.content, 'It is noon.');
pass('tools');
let called;
for await (const chunk of await withTools.stream([question])) called = called ? called.concat(chunk) : chunk;
assert.deepEqual(called.tool_calls[0].args, { zone: 'UTC' });
pass('streamed tools');

const schema = { title: 'answer', type: 'object', properties: { answer: { type: 'integer' } }, required: ['answer'], additionalProperties: false };
assert.deepEqual(await new ChatOpenAI({ model: 'object', ...options }).withStructuredOutput(schema, { method: 'jsonSchema' }).invoke('Two and two?'), { answer: 4 });
pass('structured output');
const image = new HumanMessage({ content: [{ type: 'text', text: 'What?' }, { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] });
assert.equal((await model.invoke([image])).content, 'It is noon.');
pass('images');
await assert.rejects(new ChatOpenAI({ model: 'nobody', ...options }).invoke([question]), (e) => e.status === 404);
pass('errors');
await assert.rejects(model.invoke([question], { signal: AbortSignal.abort() }));
pass('abort');

console.log('all good');
