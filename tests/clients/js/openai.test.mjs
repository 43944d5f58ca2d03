// OpenAI's own JavaScript client, unchanged but for its base URL.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, test } from 'node:test'
import OpenAI, { AuthenticationError, BadRequestError, NotFoundError } from 'openai'

const BASE = process.env.BASE_URL
const messages = [{ role: 'user', content: 'What is a lease?' }]
const asked = { model: 'demo/chat', messages, seed: 1, max_tokens: 30, temperature: 0 }
let client

before(async () => {
  const username = `u${randomUUID().slice(0, 12).replaceAll('-', '')}`
  const body = JSON.stringify({ username, email: `${username}@example.com`, password: 'correct horse battery' })
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${BASE}/v1/auth/register`, { method: 'POST', body, headers })
  client = new OpenAI({ apiKey: (await answer.json()).access_token, baseURL: `${BASE}/openai/v1`, maxRetries: 0 })
})

test('a conversation is answered, streamed and parsed', async () => {
  const whole = await client.chat.completions.create(asked)
  const pieces = []
  for await (const chunk of await client.chat.completions.create({ ...asked, stream: true })) {
    pieces.push(chunk.choices[0].delta.content ?? '')
  }
  assert.equal(pieces.join(''), whole.choices[0].message.content)
  assert.ok(pieces.length > 3)
  const final = await client.chat.completions.stream(asked).finalContent()
  assert.equal(final, whole.choices[0].message.content)
  const schema = { type: 'object', properties: { warm: { type: 'boolean' } }, required: ['warm'], additionalProperties: false }
  const json_schema = { name: 'answer', schema, strict: true }
  const parsed = await client.chat.completions.parse({ ...asked, response_format: { type: 'json_schema', json_schema } })
  assert.equal(typeof parsed.choices[0].message.parsed.warm, 'boolean')
})

test('a text goes on, and models are retrieved', async () => {
  const whole = await client.completions.create({ model: 'demo/prose', prompt: 'The function', max_tokens: 6, seed: 1 })
  assert.ok(whole.choices[0].text)
  assert.equal((await client.models.retrieve('demo/prose')).id, 'demo/prose')
  const ids = []
  for await (const model of client.models.list()) ids.push(model.id)
  assert.ok(ids.includes('demo/chat'))
})

test('a response runs in the background, and its stream goes on', async () => {
  const request = { model: 'demo/chat', input: 'What is a lease?', max_output_tokens: 30 }
  const events = []
  for await (const event of await client.responses.create({ ...request, stream: true, background: true })) events.push(event)
  const { id } = events[0].response
  const middle = events[Math.floor(events.length / 2)].sequence_number
  const rest = []
  const again = await client.responses.retrieve(id, { stream: true, starting_after: middle })
  for await (const event of again) rest.push(event)
  const text = (some) => some.filter((event) => event.type === 'response.output_text.delta').map((event) => event.delta).join('')
  assert.equal(text(rest), text(events.filter((event) => event.sequence_number > middle)))
  assert.equal((await client.responses.retrieve(id)).output_text, text(events))
})

test('errors are the client’s', async () => {
  await assert.rejects(client.models.retrieve('demo/nothing'), NotFoundError)
  await assert.rejects(client.chat.completions.create({ ...asked, temperature: 9 }), (error) => {
    assert.ok(error instanceof BadRequestError)
    return error.param === 'temperature'
  })
  await assert.rejects(client.withOptions({ apiKey: 'sk-wrong' }).models.list(), AuthenticationError)
})
