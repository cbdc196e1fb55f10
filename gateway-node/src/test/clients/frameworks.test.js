import assert from 'node:assert/strict';
import test from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import { tool as langchainTool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { Agent, run, setDefaultOpenAIClient, setOpenAIAPI, setTracingDisabled, tool as agentTool } from '@openai/agents';
import { generateObject, generateText, stepCountIs, streamText, tool as vercelTool } from 'ai';
import { z } from 'zod';
import { URLS, client, weatherIn } from './nodes.js';

const PARIS = 'What is the weather in Paris?';
const city = z.object({ city: z.string() });
const person = z.object({ name: z.string(), age: z.number() });
const described = { name: 'get_weather', description: 'Weather in a city' };

for (const api of ['responses', 'chat']) {
  test(`Vercel AI over ${api}`, async () => {
    const model = createOpenAI({ baseURL: URLS[0], apiKey: 'clients' })[api];
    const { description } = described;
    const weather = vercelTool({ description, inputSchema: city, execute: weatherIn });
    const answer = await generateText({
      model: model('extract'),
      prompt: PARIS,
      tools: { get_weather: weather },
      stopWhen: stepCountIs(4),
    });
    assert.match(answer.text, /21/);
    let length = 0;
    for await (const delta of streamText({ model: model('sim'), prompt: 'Tell me of the river.' }).textStream) {
      length += delta.length;
    }
    assert.ok(length > 0);
    const { object } = await generateObject({ model: model('extract'), prompt: 'Anna is 31 years old.', schema: person });
    assert.deepEqual(object, { name: 'Anna', age: 31 });
  });
}

for (const useResponsesApi of [false, true]) {
  test(`LangChain over ${useResponsesApi ? 'responses' : 'chat'}`, async () => {
    const model = new ChatOpenAI({
      model: 'extract',
      apiKey: 'clients',
      useResponsesApi,
      configuration: { baseURL: URLS[1] },
    });
    const weather = langchainTool(weatherIn, { ...described, schema: city });
    const asked = await model.bindTools([weather]).invoke(PARIS);
    assert.deepEqual(asked.tool_calls[0].args, { city: 'Paris' });
    let chunks = 0;
    for await (const chunk of await model.stream('A weir meters a river. What does a weir do?')) {
      chunks += chunk.content.length > 0 ? 1 : 0;
    }
    assert.ok(chunks > 0);
    const anna = await model.withStructuredOutput(person).invoke('Anna is 31 years old.');
    assert.deepEqual(anna, { name: 'Anna', age: 31 });
  });
}

for (const api of ['responses', 'chat_completions']) {
  test(`OpenAI Agents over ${api}`, async () => {
    setTracingDisabled(true);
    setDefaultOpenAIClient(client(2));
    setOpenAIAPI(api);
    const weather = agentTool({ ...described, parameters: city, execute: async (input) => weatherIn(input) });
    const agent = new Agent({ name: 'Forecaster', instructions: 'Be brief.', model: 'extract', tools: [weather] });
    assert.match((await run(agent, PARIS)).finalOutput, /21/);
    const streamed = await run(agent, PARIS, { stream: true });
    for await (const event of streamed) {
      assert.ok(event.type);
    }
    await streamed.completed;
    assert.match(streamed.finalOutput, /21/);
  });
}
