// Our own client, as it is published.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import {
  UnauthenticatedError,
  Client,
  ConflictError,
  UnreachableError,
  ForbiddenError,
  InferenceError,
  InvalidInputError,
  NotFoundError,
  OutputFile,
  PredictionFailedError,
  isFinal,
} from 'inference-client'
import WebSocket from 'ws'

const TEXT = 'to be or not to be'
const WORDS = Array.from({ length: 60 }, (_, number) => `word${number}`).join(' ')
const PROMPT = { prompt: 'The function returns', max_new_tokens: 12, seed: 1 }
const SHAPE = { prompt: 'a yellow star on a black background', steps: 2, seed: 1 }
const PNG = [0x89, 0x50, 0x4e, 0x47]
const url = process.env.BASE_URL
let key
let client

/** The access token of a new account. */
async function register() {
  const username = `u${randomUUID().slice(0, 12).replaceAll('-', '')}`
  const body = JSON.stringify({ username, email: `${username}@example.com`, password: 'correct horse battery' })
  const answer = await fetch(`${url}/v1/auth/register`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  })
  return (await answer.json()).access_token
}

/** A client of which `meddle` gets every request: what it gives is the answer, else it is sent. */
function meddled(meddle, options = {}) {
  const send = async (to, init) => (await meddle(String(to), init)) ?? fetch(to, init)
  return new Client({ url, key, fetch: send, ...options })
}

const isOf = (operation, init) => String(init?.body).includes(`mutation ${operation}(`)

async function all(items) {
  const collected = []
  for await (const item of items) collected.push(item)
  return collected
}

const textOf = (events) =>
  events
    .filter((event) => event.type === 'text')
    .map((event) => event.text)
    .join('')

// They wait more than they compute
describe('our own client', { concurrency: 3 }, () => {
  before(async () => {
    key = await register()
    client = new Client({ url, key })
  })

  test('a model is run', async () => {
    assert.equal(await client.run('demo/echo', { text: TEXT }), TEXT)
    const text = await client.run('demo/prose', PROMPT)
    assert.ok(typeof text === 'string' && text.length > 10)
    const { choices } = await client.run('demo/prose', { ...PROMPT, n: 2 })
    assert.equal(choices.length, 2)
    assert.equal(await new Client({ url }).run('demo/echo', { text: TEXT }), TEXT)
  })

  test('what is run has a priority', async () => {
    const made = await client.submit('demo/echo', { text: TEXT }, { priority: 'LOW' })
    const { id } = await client.batches.create('demo/echo', [{ text: TEXT }], { priority: 'HIGH' })
    const query = 'query ($made: ID!, $id: ID!) { prediction(id: $made) { priority } batch(id: $id) { priority } }'
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      body: JSON.stringify({ query, variables: { made: made.id, id } }),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    })
    const { data } = await answer.json()
    assert.deepEqual(data, { prediction: { priority: 'LOW' }, batch: { priority: 'HIGH' } })
  })

  test('files come out as files', async () => {
    const [picture] = await client.run('demo/shapes', SHAPE)
    assert.ok(picture instanceof OutputFile)
    assert.deepEqual([picture.contentType, picture.width, picture.height], ['image/png', 128, 128])
    const bytes = await picture.bytes()
    assert.deepEqual([...bytes.subarray(0, 4), bytes.length], [...PNG, picture.size])
    assert.equal((await picture.blob()).type, 'image/png')
    assert.equal((await fetch(picture.url)).status, 200)
    assert.equal(JSON.stringify({ picture }), JSON.stringify({ picture: picture.url }))
    const folder = await mkdtemp(join(tmpdir(), 'sdk-'))
    try {
      await picture.save(join(folder, 'star.png'))
      assert.deepEqual(new Uint8Array(await readFile(join(folder, 'star.png'))), bytes)
      assert.equal(await picture.save(`${folder}/`), join(folder, picture.name))
      assert.deepEqual((await readdir(folder)).sort(), [picture.name, 'star.png'].sort())
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('a file whose link has expired gets a new one', async () => {
    let links = []
    const late = meddled((to) => {
      if (!to.includes('/files/')) return
      links.push(to)
      // the first one as the server answers it when its time is over
      if (links.length === 1) return fetch(to.replace(/exp=\d+/, 'exp=1'))
    })
    const [picture] = await late.run('demo/shapes', SHAPE)
    assert.equal((await picture.bytes()).length, picture.size)
    assert.equal(links.length, 2)
  })

  test('events come as they happen, and end', async () => {
    const events = await all(client.stream('demo/echo', { text: TEXT, delay_seconds: 0.3 }))
    assert.equal(textOf(events), TEXT)
    assert.ok(events.filter((event) => event.type === 'text').length > 3)
    const statuses = events.filter((event) => event.type === 'status').map((event) => event.status)
    assert.equal(statuses.at(-1), 'SUCCEEDED')
    assert.equal(new Set(statuses).size, statuses.length)
    const { prediction } = events.at(-1)
    assert.deepEqual([prediction.output, prediction.model, prediction.version.startsWith('demo/echo:')], [TEXT, 'demo/echo', true])
  })

  test('who comes late, or after the end, is told all of it', async () => {
    const made = await client.submit('demo/echo', { text: TEXT, delay_seconds: 0.05 })
    const first = await all(client.watch(made.id))
    const late = await all(client.watch(made.id))
    assert.deepEqual([textOf(first), textOf(late)], [TEXT, TEXT])
    assert.deepEqual([first.at(-1).status, late.at(-1).status], ['SUCCEEDED', 'SUCCEEDED'])
  })

  test('several texts stream side by side, with their log probabilities', async () => {
    const events = await all(client.stream('demo/prose', { ...PROMPT, n: 2, logprobs: 1 }))
    const { choices } = events.at(-1).prediction
    for (const choice of choices)
      assert.equal(textOf(events.filter((event) => event.choice === choice.index)), choice.text)
    const pieces = events.filter((event) => event.type === 'text')
    assert.equal(pieces.flatMap((piece) => piece.logprobs).length, 24)
  })

  test('steps and unfinished pictures are told', async () => {
    const events = await all(client.stream('demo/shapes', { ...SHAPE, steps: 12 }, { previews: true }))
    assert.ok(events.some((event) => event.type === 'step' && event.total === 12))
    assert.ok(events.some((event) => event.type === 'preview' && event.image.startsWith('data:image/jpeg')))
    assert.ok(events.at(-1).prediction.files[0] instanceof OutputFile)
  })

  test('who leaves a stream cancels it; who stops watching does not', async () => {
    let id
    for await (const event of client.stream('demo/echo', { text: WORDS, delay_seconds: 0.2 })) {
      if (event.type === 'status') id = event.prediction.id
      if (event.type === 'text') break
    }
    assert.equal((await client.wait(id)).status, 'CANCELED')
    const slow = await client.submit('demo/echo', { text: WORDS, delay_seconds: 0.2 })
    for await (const event of client.watch(slow.id)) if (event.type === 'text') break
    assert.ok(!isFinal((await client.get(slow.id)).status))
    const stopped = new AbortController()
    const watching = all(client.watch(slow.id, { signal: stopped.signal }))
    stopped.abort()
    await assert.rejects(watching, { name: 'AbortError' })
    assert.ok(!isFinal((await client.get(slow.id)).status))
    assert.ok(['PROCESSING', 'CANCELED'].includes((await client.cancel(slow.id)).status))
    const canceled = await client.wait(slow.id)
    assert.equal(canceled.status, 'CANCELED')
    assert.ok(WORDS.startsWith(canceled.text))
  })

  test('what was used, budgets and estimates', async () => {
    const own = new Client({ url, key: await register() })
    assert.equal(await own.run('demo/echo', { text: TEXT }), TEXT)
    const [from, to] = [new Date(Date.now() - 3_600_000), new Date(Date.now() + 3_600_000)]
    const report = await own.usage(from, to, { groupBy: 'MODEL' })
    assert.deepEqual([report.currency, report.hasMore, report.groups.map(({ name }) => name)], ['USD', false, ['demo/echo']])
    assert.deepEqual(report.groups[0].used, report.total)
    assert.equal(report.total.predictions, 1)
    assert.match(report.total.predictSeconds, /^\d+(\.\d+)?$/)
    assert.equal((await own.usage(from, to)).groups[0].key.length, 10)
    assert.deepEqual(await own.budgets(), [])
    const estimate = await own.estimateCost('demo/echo', { text: TEXT }, { deadlineSeconds: 10 })
    assert.ok(estimate === null || /^\d/.test(estimate.most))
    await assert.rejects(own.estimateCost('demo/echo', { nothing: 1 }), (error) => {
      const paths = error.violations.map(({ path }) => path).sort()
      assert.deepEqual(paths, ['/input/nothing', '/input/text'])
      return error instanceof InvalidInputError
    })
    const nobody = new Client({ url, key: null })
    await assert.rejects(nobody.usage(from, to), UnauthenticatedError)
    await assert.rejects(nobody.budgets(), UnauthenticatedError)
  })

  test('predictions are started, read, listed, waited for and retried', async () => {
    const client = new Client({ url, key: await register() })
    const made = await client.submit('demo/echo', { text: TEXT }, { idempotencyKey: 'once' })
    assert.equal((await client.submit('demo/echo', { text: TEXT }, { idempotencyKey: 'once' })).id, made.id)
    await assert.rejects(client.submit('demo/echo', { text: 'another' }, { idempotencyKey: 'once' }), ConflictError)
    const ended = await client.wait(made.id)
    assert.deepEqual([ended.status, ended.output], ['SUCCEEDED', TEXT])
    assert.deepEqual((await client.get(made.id)).output, TEXT)
    const again = await client.retry(made.id)
    assert.notEqual(again.id, made.id)
    assert.equal((await client.wait(again.id)).output, TEXT)
    await client.recordOutcome(again.id, 'thumb', 1)
    const kept = await client.submit('demo/echo', { text: TEXT }, { stickyKey: 'user-7' })
    assert.equal((await client.wait(kept.id)).output, TEXT)
    assert.equal(await client.delete(kept.id), true)
    await assert.rejects(client.recordOutcome(kept.id, 'thumb', 1), NotFoundError)
    await assert.rejects(client.recordOutcome(again.id, '', 1), InvalidInputError)
    const other = await client.rerun(made.id, { text: 'other', repeat: 2 }, { idempotencyKey: 'other' })
    assert.equal((await client.rerun(made.id, { text: 'other', repeat: 2 }, { idempotencyKey: 'other' })).id, other.id)
    assert.match((await client.wait(other.id)).output, /^other/)
    const fewer = await client.wait((await client.rerun(other.id, { repeat: null }, { version: 'demo/echo:1' })).id)
    assert.equal(fewer.output, 'other')
    const same = await client.wait((await client.rerun(fewer.id)).id)
    assert.equal(same.output, 'other')
    await assert.rejects(client.rerun(made.id, { text: null }), InvalidInputError)
    await assert.rejects(client.rerun(made.id, {}, { version: 'demo/nothing:1' }), NotFoundError)
    for (const { id } of [other, fewer, same]) {
      assert.equal(await client.delete(id), true)
      await assert.rejects(client.get(id), NotFoundError)
      await assert.rejects(client.delete(id), NotFoundError)
    }
    const ids = []
    for await (const prediction of client.list({ model: 'demo/echo', status: ['SUCCEEDED'] })) {
      ids.push(prediction.id)
      if (ids.length === 2) break
    }
    assert.deepEqual(ids, [again.id, made.id])
  })

  test('lists go over all of their pages', async () => {
    const smaller = (to, init) => fetch(to, { ...init, body: init.body.replace('"first":50', '"first":2') })
    const own = meddled(smaller, { key: await register() })
    await all(own.batch('demo/echo', Array.from({ length: 5 }, () => ({ text: 'x' }))))
    const rows = await all(own.list())
    assert.equal(new Set(rows.map((row) => row.id)).size, 5)
    assert.ok((await all(own.models.list())).length > 3)
  })

  test('a batch runs some at a time, and answers in order', async () => {
    let running = 0
    let most = 0
    const counted = meddled(async (to, init) => {
      if (!isOf('CreatePrediction', init)) return
      most = Math.max(most, ++running)
      try {
        return await fetch(to, init)
      } finally {
        running--
      }
    })
    async function* rows() {
      for (let number = 0; number < 20; number++) yield { text: `row ${number}`, fail: number === 3, delay_seconds: number ? 0 : 0.2 }
    }
    const results = await all(counted.batch('demo/echo', rows(), { concurrency: 4 }))
    assert.deepEqual(results.map((result) => result.index), Array.from({ length: 20 }, (_, number) => number))
    assert.ok(results[3].error instanceof PredictionFailedError)
    assert.equal(results[3].output, null)
    for (const { index, output } of results) if (index !== 3) assert.equal(output, `row ${index}`)
    assert.equal(most, 4)
  })

  test('who leaves a batch cancels what runs', async () => {
    const own = new Client({ url, key: await register() })
    const inputs = [{ text: 'quick' }, ...Array.from({ length: 3 }, () => ({ text: WORDS, delay_seconds: 0.2 }))]
    for await (const { output } of own.batch('demo/echo', inputs, { concurrency: 2 })) {
      assert.equal(output, 'quick')
      break
    }
    for await (const { id } of own.list()) assert.ok(isFinal((await own.wait(id)).status))
  })

  test('the server holds a batch', async () => {
    const inputs = [{ text: 'a' }, { text: 'It broke.', fail: true }, { text: 3 }]
    const idempotencyKey = randomUUID()
    const made = await client.batches.create('demo/echo', inputs, { idempotencyKey, metadata: { mine: 1 } })
    assert.equal((await client.batches.create('demo/echo', inputs, { idempotencyKey, metadata: { mine: 1 } })).id, made.id)
    const states = await all(client.batches.watch(made.id))
    const { status, counts } = states.at(-1)
    assert.deepEqual([status, counts.succeeded, counts.failed, counts.invalid, counts.total], ['COMPLETED', 1, 1, 1, 3])
    const items = await all(client.batches.results(made.id))
    assert.deepEqual(items.map((item) => [item.index, item.status]), [[0, 'SUCCEEDED'], [1, 'FAILED'], [2, 'INVALID']])
    assert.deepEqual([items[0].output, items[1].error.message.split(': ').at(-1), items[2].violations[0].path], ['a', 'It broke.', '/input/text'])
    const again = await client.batches.wait((await client.batches.retryFailed(made.id)).id)
    assert.deepEqual([again.counts.total, again.counts.failed], [1, 1])
    const ids = []
    // beside those of the other tests
    for await (const { id } of client.batches.list()) if ([again.id, made.id].includes(id) && ids.push(id) === 2) break
    assert.deepEqual(ids, [again.id, made.id])
    for (const batch of [made, again]) {
      assert.equal(await client.batches.delete(batch.id), true)
      await assert.rejects(client.batches.get(batch.id), NotFoundError)
      await assert.rejects(client.batches.delete(batch.id), NotFoundError)
    }
    await assert.rejects(client.get(items[0].id), NotFoundError)
    await assert.rejects(new Client({ url }).batches.create('demo/echo', inputs), UnauthenticatedError)
    await assert.rejects(client.batches.get('nothing'), InferenceError)
  })

  test('a batch of many inputs, or of a file, is uploaded, and canceled', async () => {
    const texts = Array.from({ length: 5200 }, (_, number) => ({ text: `é${number}`, delay_seconds: 0.2 }))
    const options = { maxConcurrency: 2 }
    const many = await client.batches.create('demo/echo', texts, options)
    const canceled = await client.batches.cancel(many.id)
    assert.equal((await client.batches.wait(canceled.id)).status, 'CANCELED')
    await assert.rejects(client.batches.retryFailed(many.id), ConflictError)
    const file = new Blob([['{"text": "é1"}', '', '{"text": '].join('\n')])
    const lines = await client.batches.wait((await client.batches.create('demo/echo', file)).id)
    assert.deepEqual([lines.counts.succeeded, lines.counts.invalid], [1, 1])
    const [first] = await all(client.batches.results(lines.id))
    assert.equal(first.output, 'é1')
  })

  test('a file of a model is an input by a link that is valid', async () => {
    const [made] = await client.run('demo/shapes', SHAPE)
    const old = new URL(made.url)
    old.searchParams.set('exp', '1000000000')
    const { id } = await client.submit('demo/naming', { image: made, top_k: 1 })
    assert.equal((await client.get(id)).input.image, made.url)
    const now = Date.now
    try {
      Date.now = () => now() + 30 * 86_400_000
      const link = await made.link()
      assert.ok(link.startsWith(`${old.origin}${old.pathname}`))
    } finally {
      Date.now = now
    }
  })

  test('files go in as they are', async () => {
    const [picture] = await client.run('demo/shapes', SHAPE)
    const bytes = await picture.bytes()
    const blob = await picture.blob()
    const forms = [
      blob,
      new File([blob], 'star.png', { type: 'image/png' }),
      bytes,
      bytes.buffer,
      Buffer.from(bytes),
      `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`,
      await client.upload(blob),
      picture,
    ]
    const answers = await all(client.batch('demo/naming', forms.map((image) => ({ image, top_k: 1 }))))
    for (const { error, output } of answers) {
      assert.equal(error, null)
      assert.deepEqual(output, answers[0].output)
    }
    assert.ok(answers[0].output[0].label)
  })

  test('large files are uploaded, and again where the link breaks', async () => {
    const puts = []
    const flaky = meddled((to, init) => {
      if (init?.method !== 'PUT') return
      puts.push(to)
      if (puts.length === 1) throw new TypeError('fetch failed')
    })
    const [picture] = await client.run('demo/shapes', SHAPE)
    // whoever reads a PNG ignores what follows its end
    const large = new Blob([await picture.bytes(), new Uint8Array(300_000)], { type: 'image/png' })
    const [best] = await flaky.run('demo/naming', { image: large, top_k: 1 })
    assert.ok(best.label)
    assert.equal(new Set(puts).size, 2)
    await assert.rejects(new Client({ url }).run('demo/naming', { image: large }), UnauthenticatedError)
  })

  test('an answer that is lost makes no second prediction', async () => {
    const lossy = new Client({
      url,
      key: await register(),
      fetch: async (to, init) => {
        const answer = await fetch(to, init)
        if (!isOf('CreatePrediction', init) || lossy.hasLost) return answer
        lossy.hasLost = true
        throw new TypeError('fetch failed')
      },
    })
    assert.equal(await lossy.run('demo/echo', { text: TEXT }), TEXT)
    assert.ok(lossy.hasLost)
    assert.equal((await all(lossy.list())).length, 1)
  })

  test('a server that is away is waited for, and not for ever', async () => {
    let tries = 0
    const away = meddled(() => {
      if (++tries < 3) return new Response('away', { status: 502 })
    })
    assert.equal(await away.run('demo/echo', { text: TEXT }), TEXT)
    assert.equal(tries, 3)
    const nobody = new Client({ url: 'http://127.0.0.1:9', patienceSeconds: 0.2 })
    await assert.rejects(nobody.run('demo/echo', { text: TEXT }), UnreachableError)
    await assert.rejects(all(nobody.watch('x')), UnreachableError)
  })

  test('a server may lie below a path of another', async () => {
    const asked = []
    const below = (to, init) => {
      asked.push(to)
      return fetch(to.replace('/models/graphql', '/graphql'), init)
    }
    for (const prefix of ['/models', '/models/']) {
      const proxied = meddled(below, { url: url + prefix })
      assert.equal(await proxied.run('demo/echo', { text: TEXT }), TEXT)
    }
    assert.deepEqual(asked, [`${url}/models/graphql`, `${url}/models/graphql`])
  })

  test('too many requests are sent again when it is time', async () => {
    let tries = 0
    const limited = meddled(() => {
      if (++tries > 1) return
      const errors = [{ message: 'too many', extensions: { code: 'RATE_LIMITED', retryAfter: 0.05 } }]
      return Response.json({ data: null, errors }, { status: 429 })
    })
    assert.equal(await limited.run('demo/echo', { text: TEXT }), TEXT)
    assert.equal(tries, 2)
  })

  test('a signal cancels what runs', async () => {
    const own = new Client({ url, key: await register() })
    for (const start of [
      (signal) => own.run('demo/echo', { text: WORDS, delay_seconds: 0.2 }, { signal }),
      (signal) => all(own.stream('demo/echo', { text: WORDS, delay_seconds: 0.2 }, { signal })),
    ]) {
      const running = start(AbortSignal.timeout(300))
      await assert.rejects(running, { name: 'TimeoutError' })
      const [prediction] = await all(own.list())
      assert.equal((await own.wait(prediction.id)).status, 'CANCELED')
    }
    await assert.rejects(own.run('demo/echo', { text: TEXT }, { signal: AbortSignal.abort() }), { name: 'AbortError' })
    assert.equal((await all(own.list())).length, 2)
  })

  test('a lost link leaves no gap and brings nothing twice', async () => {
    let sockets = 0
    let snapshots = 0
    /** Breaks after some messages, as a link does: without a word. */
    class Breaking extends WebSocket {
      constructor(...parts) {
        super(...parts)
        let left = sockets++ < 6 ? 5 : Infinity
        this.on('message', (data) => {
          if (String(data).includes('PredictionSnapshot')) snapshots++
          if (--left <= 0) this.terminate()
        })
      }
    }
    const breaking = new Client({ url, key, webSocket: Breaking })
    const events = await all(breaking.stream('demo/echo', { text: WORDS, delay_seconds: 0.02 }))
    assert.equal(textOf(events), WORDS)
    assert.ok(!events.some((event) => event.type === 'restart'))
    assert.ok(sockets > 3, `${sockets} sockets`)
    // one before it runs, and one of its beginning: who comes back has a cursor
    assert.ok(snapshots <= 2, `${snapshots} snapshots`)
  })

  test('errors are of a kind, and say what is wrong', async () => {
    await assert.rejects(client.run('demo/echo', { text: 1, repeat: 0 }), (error) => {
      assert.ok(error instanceof InvalidInputError && error instanceof InferenceError)
      assert.deepEqual(error.violations.map(({ path }) => path).sort(), ['/input/repeat', '/input/text'])
      assert.match(error.message, /\/input\/text: /)
      return true
    })
    await assert.rejects(client.run('demo/nothing', {}), NotFoundError)
    await assert.rejects(client.get('UHJlZGljdGlvbjox'), InferenceError)
    await assert.rejects(client.models.get('demo/nothing'), NotFoundError)
    await assert.rejects(client.run('demo/echo', { text: 'It broke.', fail: true }), (error) => {
      assert.ok(error instanceof PredictionFailedError)
      assert.deepEqual([error.code, error.message, error.prediction.status], ['INTERNAL', 'RuntimeError: It broke.', 'FAILED'])
      return true
    })
    const events = []
    const failing = async () => {
      for await (const event of client.stream('demo/echo', { text: 'It broke.', fail: true })) events.push(event)
    }
    await assert.rejects(failing(), PredictionFailedError)
    assert.equal(events.at(-1).status, 'FAILED')
    const stranger = new Client({ url, key: 'wrong' })
    await assert.rejects(stranger.run('demo/echo', { text: TEXT }), UnauthenticatedError)
    await assert.rejects(all(stranger.watch('x')), UnauthenticatedError)
    await assert.rejects(all(client.list({ everybody: true })), ForbiddenError)
  })

  test('models are found', async () => {
    const slugs = (await all(client.models.list({ owner: 'demo' }))).map((model) => model.slug)
    assert.ok(slugs.includes('demo/echo') && slugs.includes('demo/shapes'))
    const model = await client.models.get('demo/echo')
    assert.deepEqual([model.kind, model.latestVersion.state, model.latestVersion.inputSchema.required], ['CUSTOM', 'READY', ['text']])
  })

  test('a key may be given anew for each request', async () => {
    let asked = 0
    const fresh = new Client({
      url,
      key: async () => {
        asked++
        return key
      },
    })
    assert.equal(textOf(await all(fresh.stream('demo/echo', { text: TEXT }))), TEXT)
    assert.equal(asked, 2)
  })

  test('a runtime without WebSockets has those of the package ws', async () => {
    const own = globalThis.WebSocket
    delete globalThis.WebSocket
    try {
      assert.equal(textOf(await all(client.stream('demo/echo', { text: TEXT }))), TEXT)
    } finally {
      if (own) globalThis.WebSocket = own
    }
  })
})
