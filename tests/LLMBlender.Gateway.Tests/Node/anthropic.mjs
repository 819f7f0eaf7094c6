// Drives the gateway with Anthropic's client, unmodified. Usage: node anthropic.mjs URL
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';

const pass = (...features) => features.forEach((feature) => console.log(`pass: ${feature}`));
const client = new Anthropic({ baseURL: process.argv[2], apiKey: 'unused', maxRetries: 0 });
const messages = [{ role: 'user', content: 'What time is it?' }];
const tools = [{ name: 'get_time', description: 'The time.', input_schema: { type: 'object', properties: { zone: { type: 'string' } } } }];
const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } };

const whole = await client.messages.create({ model: 'agent', max_tokens: 100, system: 'Be brief.', messages });
assert.equal(whole.content[0].text, 'It is noon.');
assert.equal(whole.stop_reason, 'end_turn');
assert.equal(whole.usage.output_tokens, 5);
pass('chat');

const streamed = await client.messages.stream({ model: 'agent', max_tokens: 100, messages }).finalMessage();
assert.equal(streamed.content[0].text, 'It is noon.');
pass('stream');

// Tools over two turns, whole and streamed.
for (const ask of [(body) => client.messages.create(body), (body) => client.messages.stream(body).finalMessage()]) {
  const calling = await ask({ model: 'agent', max_tokens: 100, messages, tools });
  assert.equal(calling.stop_reason, 'tool_use');
  const use = calling.content.find((block) => block.type === 'tool_use');
  assert.deepEqual([use.name, use.input], ['get_time', { zone: 'UTC' }]);
  const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: use.id, content: '12:00' }] };
  const answer = await ask({ model: 'agent', max_tokens: 100, messages: [...messages, { role: 'assistant', content: calling.content }, result], tools });
  assert.equal(answer.content[0].text, 'It is noon.');
}
pass('tools', 'streamed tools');

assert.equal((await client.messages.create({ model: 'agent', max_tokens: 9, messages: [{ role: 'user', content: [image, { type: 'text', text: 'What?' }] }] })).content[0].text, 'It is noon.');
pass('images');
assert.ok((await client.messages.countTokens({ model: 'agent', messages })).input_tokens > 0);
pass('count tokens');
await assert.rejects(client.messages.create({ model: 'nobody', max_tokens: 9, messages }), (e) => e instanceof Anthropic.NotFoundError);
await assert.rejects(client.messages.stream({ model: 'broken', max_tokens: 9, messages }).finalMessage(), (e) => e instanceof Anthropic.APIError);
pass('errors');
const dropped = client.messages.stream({ model: 'agent', max_tokens: 9, messages });
dropped.abort();
await assert.rejects(dropped.done(), (e) => e instanceof Anthropic.APIUserAbortError);
pass('abort');

console.log('all good');
