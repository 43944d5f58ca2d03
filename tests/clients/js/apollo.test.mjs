// Apollo Client 4, with its link over graphql-ws for subscriptions.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client/core/index.js'
import { CombinedGraphQLErrors } from '@apollo/client/errors/index.js'
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries/index.js'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions/index.js'
import { OperationTypeNode } from 'graphql'
import { CREATE, EVENTS, NEW, QUERY, WRONG, hasModels, isBadInput, isWhole, made, openSocket, url } from './operations.mjs'

test('queries, mutations, errors and subscriptions', async () => {
  const socket = openSocket()
  const link = ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    new HttpLink({ uri: url }),
  )
  const client = new ApolloClient({ link, cache: new InMemoryCache() })
  hasModels((await client.query({ query: gql(QUERY), variables: { first: 100 } })).data)
  await assert.rejects(client.query({ query: gql(WRONG) }), (error) => {
    assert.ok(CombinedGraphQLErrors.is(error))
    isBadInput(error.errors[0].extensions)
    return true
  })
  const created = await client.mutate({ mutation: gql(CREATE), variables: NEW })
  const events = []
  await new Promise((resolve, reject) => {
    client.subscribe({ query: gql(EVENTS), variables: { id: made(created.data) } }).subscribe({
      next: (result) => (result.error ? reject(result.error) : events.push(result.data.predictionEvents)),
      error: reject,
      complete: resolve,
    })
  })
  isWhole(events)
  client.stop()
  await socket.dispose()
})

test('documents that are persisted by their hash', async () => {
  const sent = []
  const fetch = async (address, options) => {
    const answer = await globalThis.fetch(address, options)
    sent.push([JSON.parse(options.body).query !== undefined, answer.status])
    return answer
  }
  const sha256 = (text) => createHash('sha256').update(text).digest('hex')
  const persisted = () => new PersistedQueryLink({ sha256 }).concat(new HttpLink({ uri: url, fetch }))
  const query = gql(`query Persisted${process.pid} { models(first: 100) { nodes { slug } } }`)
  for (let round = 0; round < 2; round++) {
    const client = new ApolloClient({ link: persisted(), cache: new InMemoryCache() })
    hasModels((await client.query({ query })).data)
    client.stop()
  }
  // The hash alone is not known, the document is sent with it, and then the hash is enough
  assert.deepEqual(sent, [
    [false, 200],
    [true, 200],
    [false, 200],
  ])
})
