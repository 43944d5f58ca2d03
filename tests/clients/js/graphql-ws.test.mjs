// graphql-transport-ws, as graphql-ws speaks it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  CREATE,
  EVENTS,
  NEW,
  QUERY,
  SLOW,
  WRONG,
  hasModels,
  isBadInput,
  isWhole,
  made,
  openSocket,
  url,
} from './operations.mjs'

async function single(socket, query, variables) {
  for await (const result of socket.iterate({ query, variables })) return result
}

async function all(socket, query, variables) {
  const results = []
  for await (const result of socket.iterate({ query, variables })) results.push(result)
  return results
}

test('query, mutation and subscription over one socket', async () => {
  let opened = 0
  const socket = openSocket({ lazy: false, on: { opened: () => opened++ } })
  hasModels((await single(socket, QUERY, { first: 100 })).data)
  const id = made((await single(socket, CREATE, NEW)).data)
  isWhole((await all(socket, EVENTS, { id })).map((result) => result.data.predictionEvents))
  assert.equal(opened, 1)
  await socket.dispose()
})

test('several subscriptions share a socket', async () => {
  const socket = openSocket()
  const id = made((await single(socket, CREATE, NEW)).data)
  const watched = await Promise.all([1, 2, 3].map(() => all(socket, EVENTS, { id })))
  for (const results of watched) isWhole(results.map((result) => result.data.predictionEvents))
  await socket.dispose()
})

test('an error of a resolver comes beside the data', async () => {
  const socket = openSocket()
  const result = await single(socket, WRONG)
  isBadInput(result.errors[0].extensions)
  await socket.dispose()
})

test('a document that is not valid is an error of that operation alone', async () => {
  const socket = openSocket()
  await assert.rejects(single(socket, '{ nothing }'), (errors) => {
    assert.equal(errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED')
    return true
  })
  hasModels((await single(socket, QUERY, { first: 100 })).data)
  await socket.dispose()
})

test('a document that cannot be read closes the socket with 4400', async () => {
  const socket = openSocket()
  await assert.rejects(single(socket, '{ nothing'), (event) => {
    assert.equal(event.code, 4400)
    return true
  })
  await socket.dispose()
})

test('a token that is not valid closes the socket with 4403', async () => {
  const socket = openSocket({ connectionParams: { authorization: 'Bearer x' }, shouldRetry: () => false })
  await assert.rejects(single(socket, QUERY, {}), (event) => {
    assert.equal(event.code, 4403)
    return true
  })
  await socket.dispose()
})

test('who stops watching can go on with the same socket', async () => {
  const socket = openSocket({ lazy: false })
  const id = made((await single(socket, CREATE, SLOW)).data)
  for (let round = 0; round < 30; round++) {
    const first = await single(socket, EVENTS, { id })
    assert.equal(first.data.predictionEvents.__typename, 'PredictionSnapshot')
  }
  await socket.dispose()
})

test('pings are answered', async () => {
  let pongs = 0
  const socket = openSocket({ lazy: false, keepAlive: 20, on: { pong: () => pongs++ } })
  await single(socket, QUERY, {})
  const end = Date.now() + 5000
  while (pongs < 3 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.ok(pongs >= 3)
  await socket.dispose()
})

test('a foreign page may not open a socket', async () => {
  const answer = await new Promise((resolve, reject) => {
    import('node:http').then(({ default: http }) => {
      const asked = http.request(url, {
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          origin: 'https://elsewhere.example',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
          'sec-websocket-protocol': 'graphql-transport-ws',
        },
      })
      asked.on('response', resolve).on('upgrade', resolve).on('error', reject).end()
    })
  })
  assert.equal(answer.statusCode, 403)
  answer.destroy()
})
