import OpenAI from 'openai';

/** The API of each node of the cluster under test. */
export const URLS = process.env.WEIR_URLS.split(',').map((url) => `${url}/v1`);

/** The official client at node {@code at}; all of them are one user. */
export const client = (at) => new OpenAI({ baseURL: URLS[at], apiKey: 'clients', maxRetries: 0 });

export const WEATHER = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};

export const weatherIn = ({ city }) => `In ${city} it is 21 degrees.`;
