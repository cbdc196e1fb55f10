import assert from 'node:assert/strict';
import test from 'node:test';
import OpenAI from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import { ResponsesWS } from 'openai/resources/responses/ws';
import { z } from 'zod';
import { WEATHER, client, weatherIn } from './nodes.js';

const first = client(0);
const second = client(1);
const third = client(2);
const sim = (tokens, gap) => ({
  model: 'sim',
  input: 'Tell me of the river.',
  metadata: { 'sim.tokens': `${tokens}`, 'sim.itl_ms': `${gap}` },
});
const tools = [
  { type: 'function', name: 'get_weather', description: 'Weather in a city', strict: true, parameters: WEATHER },
];

async function collect(stream) {
  const events = [];
  for await (const event of stream) {
    events.push(event);
  }
  return events;
}

const text = (events) =>
  events.filter((event) => event.type === 'response.output_text.delta').map((event) => event.delta).join('');

test('the streaming helper counts every token', async () => {
  let deltas = 0;
  const stream = first.responses.stream(sim(30, 1));
  stream.on('response.output_text.delta', () => deltas++);
  const response = await stream.finalResponse();
  assert.equal(deltas, 30);
  assert.equal(response.status, 'completed');
});

test('a stream that broke off goes on at another node without a gap or a repeat', async () => {
  const seen = [];
  for await (const event of await first.responses.create({ ...sim(60, 10), stream: true })) {
    seen.push(event);
    if (event.sequence_number > 15) {
      break;
    }
  }
  const id = seen[0].response.id;
  const rest = await collect(
    await third.responses.retrieve(id, { stream: true, starting_after: seen.at(-1).sequence_number }),
  );
  assert.deepEqual(
    rest.map((event) => event.sequence_number),
    rest.map((_, at) => seen.length + at),
  );
  assert.equal(rest.at(-1).response.output_text ?? text([...seen, ...rest]), text([...seen, ...rest]));
  assert.equal((await second.responses.retrieve(id)).output_text, text([...seen, ...rest]));
});

test('the helper takes up a background response by its id', async () => {
  const { id } = await first.responses.create({ ...sim(40, 10), background: true });
  const response = await second.responses.stream({ response_id: id, starting_after: 5 }).finalResponse();
  assert.equal(response.status, 'completed');
});

test('cancel works from another node, and twice', async () => {
  const { id } = await first.responses.create({ ...sim(5000, 20), background: true });
  assert.equal((await third.responses.cancel(id)).status, 'cancelled');
  assert.equal((await second.responses.cancel(id)).status, 'cancelled');
});

test('a chain remembers on another node and a deleted response is gone', async () => {
  const said = await first.responses.create({ model: 'extract', input: 'My boat is red.' });
  const asked = { model: 'extract', input: 'What colour is my boat?', previous_response_id: said.id };
  assert.match((await third.responses.create(asked)).output_text, /red/);
  await second.responses.delete(said.id);
  await assert.rejects(first.responses.retrieve(said.id), OpenAI.NotFoundError);
});

test('a conversation is one on all nodes', async () => {
  const { id } = await first.conversations.create({
    items: [{ type: 'message', role: 'user', content: 'The gate opens at nine.' }],
  });
  const answer = await second.responses.create({ model: 'extract', conversation: id, input: 'When does the gate open?' });
  assert.match(answer.output_text, /nine/);
  assert.equal((await collect(await third.conversations.items.list(id))).length, 3);
  await third.conversations.delete(id);
  await assert.rejects(first.conversations.retrieve(id), OpenAI.NotFoundError);
});

test('a tool makes its round', async () => {
  const asked = await first.responses.create({ model: 'extract', input: 'What is the weather in Paris?', tools });
  const call = asked.output.find((item) => item.type === 'function_call');
  assert.deepEqual(JSON.parse(call.arguments), { city: 'Paris' });
  const answered = await second.responses.create({
    model: 'extract',
    previous_response_id: asked.id,
    tools,
    input: [{ type: 'function_call_output', call_id: call.call_id, output: weatherIn({ city: 'Paris' }) }],
  });
  assert.match(answered.output_text, /21/);
});

test('structured output is parsed', async () => {
  const person = z.object({ name: z.string(), age: z.number() });
  const parsed = await first.responses.parse({
    model: 'extract',
    input: 'Anna is 31 years old.',
    text: { format: zodTextFormat(person, 'person') },
  });
  assert.deepEqual(parsed.output_parsed, { name: 'Anna', age: 31 });
});

test('chat completions stream with usage and run tools', async () => {
  const stream = second.chat.completions.stream({
    model: 'sim',
    messages: [{ role: 'user', content: 'Tell me of the river.' }],
    stream_options: { include_usage: true },
  });
  const completion = await stream.finalChatCompletion();
  assert.ok(completion.usage.completion_tokens > 0);
  assert.ok(completion.choices[0].message.content.length > 0);
  const runner = second.chat.completions.runTools({
    model: 'extract',
    messages: [{ role: 'user', content: 'What is the weather in Paris?' }],
    tools: [
      {
        type: 'function',
        function: {
          name: 'get_weather',
          description: 'Weather in a city',
          parameters: WEATHER,
          parse: JSON.parse,
          function: weatherIn,
        },
      },
    ],
  });
  assert.match(await runner.finalContent(), /21/);
});

test('turns follow each other on a WebSocket', async () => {
  const socket = await new ResponsesWS(first);
  const answers = [];
  await new Promise((done, failed) => {
    socket.on('error', failed);
    socket.on('event', (event) => {
      if (event.type !== 'response.completed') {
        return;
      }
      answers.push(event.response);
      if (answers.length === 2) {
        done();
        return;
      }
      socket.send({
        type: 'response.create',
        model: 'extract',
        input: 'When does the gate open?',
        previous_response_id: event.response.id,
      });
    });
    socket.send({ type: 'response.create', model: 'extract', input: 'The gate opens at nine.' });
  });
  socket.close();
  assert.match(answers[1].output.at(-1).content[0].text, /nine/);
});

test('a refusal names the field and an answer that breaks off keeps what there is', async () => {
  await assert.rejects(first.responses.create({ model: 'sim', input: 'x', temperature: 9 }), {
    status: 400,
    param: 'temperature',
  });
  const broken = await first.responses.create({
    model: 'sim',
    input: 'x',
    metadata: { 'sim.fault': 'drop@5', 'sim.tokens': '20' },
  });
  assert.equal(broken.status, 'incomplete');
  assert.equal(broken.incomplete_details.reason, 'upstream_closed');
  assert.ok(broken.output_text.length > 0);
});

test('a pipeline shows its steps', async () => {
  const response = await first.responses.create({
    model: 'pipeline/perspectives',
    input: 'Should the weir be opened in spring? The river floods in spring.',
  });
  assert.equal(response.status, 'completed');
  assert.ok(response.output.filter((item) => item.type === 'weir:step').length > 1);
});

test('embeddings are the same from every node, in the format the client asks for by itself', async () => {
  const ask = { model: 'embed', input: ['The river runs.', 'Interest rates rose.'], dimensions: 64 };
  const one = await first.embeddings.create(ask);
  const other = await third.embeddings.create({ ...ask, encoding_format: 'float' });
  assert.equal(one.data.length, 2);
  assert.deepEqual(one.data.map((each) => each.embedding.length), [64, 64]);
  one.data.forEach((each, at) =>
    each.embedding.forEach((number, place) =>
      assert.ok(Math.abs(number - other.data[at].embedding[place]) < 1e-6),
    ),
  );
  assert.deepEqual(one.usage, { prompt_tokens: 9, total_tokens: 9 });
  await assert.rejects(first.embeddings.create({ model: 'sim', input: 'x' }), OpenAI.BadRequestError);
});
