// The audits of GraphQL over HTTP.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverAudits } from 'graphql-http'
import { url } from './operations.mjs'

const audits = serverAudits({ url })

test('there are 61 audits', () => assert.equal(audits.length, 61))

for (const { id, name, fn } of audits) {
  test(`${id} ${name}`, async () => {
    const result = await fn()
    assert.equal(result.status, 'ok', result.reason)
  })
}
