// Our own client watches a prediction and runs another while its server restarts; says when half of the first came, and at the
// end what came.
import { Client } from 'inference-client'

const WORDS = Array.from({ length: 40 }, (_, number) => `word${number}`)
const client = new Client({ url: process.env.BASE_URL })
const input = { text: WORDS.join(' '), delay_seconds: 0.1 }
const output = client.run('demo/echo', input)

const pieces = []
const statuses = []
let restarts = 0
for await (const event of client.stream('demo/echo', input)) {
  if (event.type === 'status') statuses.push(event.status)
  if (event.type === 'restart') restarts++
  if (event.type === 'text') pieces.push(event.text)
  if (pieces.length === 8) console.log('half')
}
console.log(JSON.stringify({ pieces, statuses, restarts, output: await output, text: WORDS.join(' ') }))
