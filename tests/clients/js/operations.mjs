// What every client asks: a query, a mutation that makes a prediction, and the events of that prediction.
import assert from 'node:assert/strict'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'

export const url = `${process.env.BASE_URL}/graphql`

// Node.js has a WebSocket of its own only from 22 on
export function openSocket(options = {}) {
  const url = `${process.env.BASE_URL}/graphql`.replace(/^http/, 'ws')
  return createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, lazyCloseTimeout: 0, ...options })
}

export const QUERY = /* GraphQL */ `
  query Models($first: Int) {
    models(first: $first) {
      nodes {
        slug
      }
    }
  }
`
export const WRONG = /* GraphQL */ `
  query Wrong {
    node(id: "nonsense") {
      id
    }
  }
`
export const CREATE = /* GraphQL */ `
  mutation Create($input: CreatePredictionInput!) {
    createPrediction(input: $input) {
      __typename
      ... on Prediction {
        id
      }
      ... on UserError {
        message
      }
    }
  }
`
export const EVENTS = /* GraphQL */ `
  subscription Events($id: ID!) {
    predictionEvents(id: $id) {
      __typename
      cursor
      ... on OutputAppended {
        text
      }
      ... on StatusChanged {
        status
        prediction {
          text
        }
      }
    }
  }
`
export const TEXT = 'to be or not to be'
export const NEW = { input: { model: 'demo/echo', input: { text: TEXT, delay_seconds: 0.02 } } }
export const SLOW = { input: { model: 'demo/echo', input: { text: TEXT, delay_seconds: 1 } } }

export function hasModels(data) {
  assert.ok(data.models.nodes.some((node) => node.slug === 'demo/echo'))
}

export function made(data) {
  assert.equal(data.createPrediction.__typename, 'Prediction')
  return data.createPrediction.id
}

export function isWhole(events) {
  assert.equal(events[0].__typename, 'PredictionSnapshot')
  const last = events.at(-1)
  assert.deepEqual([last.status, last.prediction.text], ['SUCCEEDED', TEXT])
}

export function isBadInput(extensions) {
  assert.equal(extensions.code, 'BAD_USER_INPUT')
}
