// What our own client tells of a prediction that several connections, and several attempts, tell of.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Story } from '../node_modules/inference-client/dist/events.js'

const at = '2026-01-01T00:00:00Z'
const transport = { url: new URL('http://127.0.0.1') }
const predictionOf = (overrides) => ({
  id: 'p',
  status: 'PROCESSING',
  model: { slug: 'a/b' },
  version: { slug: 'a/b:1' },
  output: null,
  text: null,
  choices: null,
  files: [],
  logs: '',
  ...overrides,
})
const snapshot = (overrides) => ({ __typename: 'PredictionSnapshot', at, attempt: 1, prediction: predictionOf(overrides) })
const piece = (text, choice = 0) => ({ __typename: 'OutputAppended', at, text, chunk: null, choice, logprobs: null })
const item = (chunk) => ({ __typename: 'OutputAppended', at, text: null, chunk, choice: 0, logprobs: null })
const line = (text) => ({ __typename: 'Logged', at, line: text })

/** What a reader is told, in short. */
function told(events) {
  const story = new Story(transport)
  return events
    .flatMap((event) => [...story.add(event)])
    .map((event) => event.text ?? event.item ?? event.line ?? event.status ?? event.type)
}

test('a snapshot tells what is new in it', () => {
  assert.deepEqual(told([snapshot({ text: 'a b' }), piece(' c'), snapshot({ text: 'a b c d' }), piece(' e')]), [
    'PROCESSING',
    'a b',
    ' c',
    ' d',
    ' e',
  ])
})

test('an attempt that writes the same again is not told twice', () => {
  const again = [snapshot({ text: '' }), piece('a '), piece('b c'), piece(' d')]
  assert.deepEqual(told([snapshot({}), piece('a b'), ...again]), ['PROCESSING', 'a b', ' c', ' d'])
})

test('one that writes something else begins anew, with all that it has written', () => {
  const other = [snapshot({ text: '' }), piece('a '), piece('x')]
  assert.deepEqual(told([snapshot({}), piece('a b c'), ...other]), ['PROCESSING', 'a b c', 'restart', 'a ', 'x'])
})

test('every choice has a text of its own', () => {
  const both = [{ index: 0, text: 'a' }, { index: 1, text: 'x y' }]
  assert.deepEqual(told([snapshot({}), piece('a'), piece('x', 1), snapshot({ choices: both }), piece(' b'), piece(' z', 1)]), [
    'PROCESSING',
    'a',
    'x',
    ' y',
    ' b',
    ' z',
  ])
})

test('log probabilities come once each, of a snapshot too', () => {
  const stored = (...texts) => ({ content: texts.map((token, id) => ({ token, id, logprob: -1, top: [] })) })
  const live = (text, id) => ({ ...piece(text), logprobs: [{ token: id, text, logprob: -1, top: [] }] })
  const story = new Story(transport)
  const choices = [{ index: 0, text: 'a b', logprobs: stored('a', ' b') }]
  const events = [snapshot({ choices }), live(' c', 2), snapshot({ choices }), live(' c', 2), live(' d', 3), live('', 4)]
  const pieces = events.flatMap((event) => [...story.add(event)]).filter((event) => event.type === 'text')
  assert.deepEqual(
    pieces.map((each) => [each.text, each.logprobs.map((token) => token.token)]),
    [['a b', [0, 1]], [' c', [2]], [' d', [3]], ['', [4]]],
  )
})

test('pieces that are no text are counted', () => {
  const again = [snapshot({ output: [{ n: 1 }, { n: 2 }] }), item({ n: 3 })]
  assert.deepEqual(told([snapshot({}), item({ n: 1 }), ...again]), ['PROCESSING', { n: 1 }, { n: 2 }, { n: 3 }])
  const other = [snapshot({ output: [] }), item({ n: 9 })]
  assert.deepEqual(told([snapshot({}), item({ n: 1 }), ...other]), ['PROCESSING', { n: 1 }, 'restart', { n: 9 }])
  // a list that was the whole output, and did not come in pieces
  assert.deepEqual(told([snapshot({ status: 'SUCCEEDED', output: ['a'] })]), [])
})

test('a line is told once, and another attempt tells its own', () => {
  const again = [snapshot({ logs: 'one\n' }), line('two'), line('three')]
  assert.deepEqual(told([snapshot({}), line('one'), line('two'), ...again]), ['PROCESSING', 'one', 'two', 'three'])
})
