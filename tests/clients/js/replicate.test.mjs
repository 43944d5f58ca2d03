// Replicate's own JavaScript client, unchanged but for its base URL.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, test } from 'node:test'
import Replicate, { validateWebhook } from 'replicate'

const TEXT = 'to be or not to be'
const BASE = process.env.BASE_URL
let client

before(async () => {
  const username = `u${randomUUID().slice(0, 12).replaceAll('-', '')}`
  const body = JSON.stringify({ username, email: `${username}@example.com`, password: 'correct horse battery' })
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${BASE}/v1/auth/register`, { method: 'POST', body, headers })
  client = new Replicate({ auth: (await answer.json()).access_token, baseUrl: `${BASE}/v1` })
})

test('a model is run, with and without waiting', async () => {
  for (const wait of [{ mode: 'block' }, { mode: 'poll', interval: 50 }]) {
    assert.equal(await client.run('demo/echo', { input: { text: TEXT }, wait }), TEXT)
  }
  const input = { prompt: 'The function returns', max_new_tokens: 12, seed: 1 }
  const pieces = await client.run('demo/prose', { input })
  assert.ok(Array.isArray(pieces) && pieces.length > 3)
})

test('a model is streamed', async () => {
  const pieces = []
  for await (const event of client.stream('demo/echo', { input: { text: TEXT, delay_seconds: 0.05 } })) {
    if (event.event === 'output') pieces.push(event.data)
  }
  assert.equal(pieces.join(''), TEXT)
  assert.ok(pieces.length > 3)
})

test('a prediction is made, canceled, listed and waited for', async () => {
  const made = await client.predictions.create({ model: 'demo/echo', input: { text: 'word '.repeat(100), delay_seconds: 0.1 } })
  await client.predictions.cancel(made.id)
  assert.equal((await client.wait(made, { interval: 50 })).status, 'canceled')
  const { latest_version: version } = await client.models.get('demo', 'echo')
  const ended = await client.wait(await client.predictions.create({ version: version.id, input: { text: TEXT } }), { interval: 50 })
  assert.equal(ended.output, TEXT)
  const ids = []
  for await (const page of client.paginate(client.predictions.list)) ids.push(...page.map((each) => each.id))
  assert.deepEqual(ids.slice(0, 2), [ended.id, made.id])
})

test('models, versions, collections and the account are found', async () => {
  const slugs = []
  for await (const page of client.paginate(client.models.list)) slugs.push(...page.map((each) => `${each.owner}/${each.name}`))
  assert.ok(slugs.includes('demo/echo') && slugs.includes('demo/shapes'))
  const { results } = await client.models.versions.list('demo', 'echo')
  const version = await client.models.versions.get('demo', 'echo', results[0].id)
  assert.deepEqual(version.openapi_schema.components.schemas.Input.required, ['text'])
  assert.ok((await client.models.search('shapes')).results.some((each) => each.name === 'shapes'))
  assert.ok((await client.collections.list()).results.some((each) => each.slug === 'demo'))
  assert.equal((await client.accounts.current()).type, 'user')
  assert.ok((await client.hardware.list()).some((each) => each.sku === 'cpu'))
})

test('a picture goes in as a file', async () => {
  const shapes = await client.run('demo/shapes', { input: { prompt: 'a red circle on a blue background', steps: 2 }, useFileOutput: false })
  const picture = Buffer.from(await (await fetch(shapes[0])).arrayBuffer())
  const [named] = await client.run('demo/naming', { input: { image: picture, top_k: 1 } })
  assert.ok(named.label)
  const file = await client.files.create(new Blob([picture], { type: 'image/png' }))
  assert.equal((await client.files.get(file.id)).size, picture.length)
  assert.ok(await client.files.delete(file.id))
})

test('errors are those of the server', async () => {
  await assert.rejects(client.run('demo/echo', { input: { text: 1 } }), (error) => {
    assert.equal(error.response.status, 422)
    assert.match(error.message, /\/input\/text/)
    return true
  })
  await assert.rejects(client.run('demo/echo', { input: { text: 'It broke.', fail: true } }), /It broke/)
})

test('a secret is one that its verifier takes', async () => {
  const { key } = await client.webhooks.default.secret.get()
  const parts = { id: 'msg_1', timestamp: String(Math.floor(Date.now() / 1000)), body: '{}', secret: key, signature: 'v1,AAAA' }
  assert.equal(await validateWebhook(parts), false)
})
