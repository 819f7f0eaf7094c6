// Drives the gateway with LangChain's OpenAI client, unmodified. Usage: node langchain.mjs BASE_URL
import assert from 'node:assert/strict';
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';

const model = new ChatOpenAI({ model: 'agent', apiKey: 'unused', maxRetries: 0, configuration: { baseURL: process.argv[2] } });
const question = new HumanMessage('What time is it?');

assert.equal((await model.invoke([question])).content, 'It is noon.');
let text = '';
for await (const chunk of await model.stream([question])) text += chunk.content;
assert.equal(text, 'It is noon.');

const withTools = model.bindTools([{ type: 'function', function: { name: 'get_time', parameters: { type: 'object', properties: { zone: { type: 'string' } } } } }]);
const calling = await withTools.invoke([question]);
assert.deepEqual(calling.tool_calls[0].args, { zone: 'UTC' });
const answer = await withTools.invoke([question, calling, new ToolMessage({ tool_call_id: calling.tool_calls[0].id, content: '12:00' })]);
assert.equal(answer.content, 'It is noon.');

console.log('all good');
