// Apollo Client 4, with its link over graphql-ws for subscriptions.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client/core/index.js'
import { CombinedGraphQLErrors } from '@apollo/client/errors/index.js'
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
