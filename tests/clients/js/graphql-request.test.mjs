// graphql-request, which has no subscriptions of its own; graphql-ws carries them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClientError, GraphQLClient } from 'graphql-request'
import { CREATE, EVENTS, NEW, QUERY, WRONG, hasModels, isBadInput, isWhole, made, openSocket, url } from './operations.mjs'

test('queries, mutations, errors, and events of what it made', async () => {
  const client = new GraphQLClient(url)
  hasModels(await client.request(QUERY, { first: 100 }))
  await assert.rejects(client.request(WRONG), (error) => {
    assert.ok(error instanceof ClientError)
    isBadInput(error.response.errors[0].extensions)
    return true
  })
  const id = made(await client.request(CREATE, NEW))
  const socket = openSocket()
  const events = []
  for await (const result of socket.iterate({ query: EVENTS, variables: { id } })) events.push(result.data.predictionEvents)
  isWhole(events)
  await socket.dispose()
})

test('queries by GET', async () => {
  hasModels(await new GraphQLClient(url, { method: 'GET' }).request(QUERY, { first: 100 }))
})
