// Watches one prediction to its end while a server restarts; says when it was made, when a socket closed, when half of it
// came, and at the end what came. With LATE it begins to watch once a line comes in, by what the client does unless told.
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { CREATE, made, openSocket } from './operations.mjs'

const WORDS = Array.from({ length: 40 }, (_, number) => `word${number}`)
const RESUMED = /* GraphQL */ `
  subscription Resumed($id: ID!, $after: String) {
    predictionEvents(id: $id, after: $after) {
      __typename
      cursor
      ... on PredictionSnapshot {
        prediction {
          text
        }
      }
      ... on OutputAppended {
        text
      }
      ... on StatusChanged {
        status
      }
    }
  }
`

const closes = []
const socket = openSocket({
  retryAttempts: Infinity,
  retryWait: () => sleep(100),
  // Unless told so, the client gives up where nobody listens, as while a server starts
  ...(process.env.LATE ? {} : { shouldRetry: () => true }),
  on: {
    closed: (event) => {
      closes.push(event.code)
      console.log(`closed ${event.code}`)
    },
  },
})
const input = { model: 'demo/echo', input: { text: WORDS.join(' '), delay_seconds: 0.1 } }
const created = await socket.iterate({ query: CREATE, variables: { input } }).next()
const variables = { id: made(created.value.data), after: null }

console.log('made')
if (process.env.LATE) await once(process.stdin, 'data')

const pieces = []
const snapshots = []
const cursors = []
const statuses = []
let told = false
// The client sends these variables again when it connects again: the newest cursor is where it goes on
for await (const result of socket.iterate({ query: RESUMED, variables })) {
  const event = result.data.predictionEvents
  variables.after = event.cursor
  cursors.push(event.cursor)
  if (event.__typename === 'PredictionSnapshot') snapshots.push({ text: event.prediction.text ?? '', after: pieces.length })
  if (event.__typename === 'OutputAppended') pieces.push(event.text)
  if (event.__typename === 'StatusChanged') statuses.push(event.status)
  if (!told && pieces.length > 8) {
    told = true
    console.log('half')
  }
}
await socket.dispose()
process.stdin.destroy()
console.log(JSON.stringify({ closes, cursors, pieces, snapshots, statuses, text: WORDS.join(' ') }))
