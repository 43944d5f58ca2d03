// @urql/core, with graphql-ws for subscriptions.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client, cacheExchange, fetchExchange, subscriptionExchange } from '@urql/core'
import { CREATE, EVENTS, NEW, QUERY, WRONG, hasModels, isBadInput, isWhole, made, openSocket, url } from './operations.mjs'

test('queries, mutations, errors and subscriptions', async () => {
  const socket = openSocket()
  const client = new Client({
    url,
    preferGetMethod: false,
    exchanges: [
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ ...request, query: request.query ?? '' }, sink) }),
        }),
      }),
    ],
  })
  const listed = await client.query(QUERY, { first: 100 }).toPromise()
  assert.equal(listed.error, undefined)
  hasModels(listed.data)
  const wrong = await client.query(WRONG, {}).toPromise()
  isBadInput(wrong.error.graphQLErrors[0].extensions)
  const created = await client.mutation(CREATE, NEW).toPromise()
  assert.equal(created.error, undefined)
  const events = []
  await new Promise((resolve, reject) => {
    client.subscription(EVENTS, { id: made(created.data) }).subscribe((result) => {
      if (result.error) reject(result.error)
      if (result.data) events.push(result.data.predictionEvents)
      if (result.data?.predictionEvents.status === 'SUCCEEDED') resolve()
    })
  })
  isWhole(events)
  await socket.dispose()
})

test('queries by GET', async () => {
  const client = new Client({ url, preferGetMethod: 'force', exchanges: [fetchExchange] })
  const listed = await client.query(QUERY, { first: 100 }).toPromise()
  assert.equal(listed.error, undefined)
  hasModels(listed.data)
})
