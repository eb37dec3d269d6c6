'use strict'
// Creates JavaScript values from the outputs of the binary.
const { randomUUID } = require('node:crypto')

/** The members of outputs that are dates. The binary returns them in seconds. */
const DATES = ['creationDate', 'updateDate', 'startDate', 'stopDate', 'redriveDate', 'timestamp']

/** Replaces dates in seconds by `Date`s, in an output and in the items of its lists. */
function createDates (output) {
  for (const name of DATES) {
    if (typeof output[name] === 'number') output[name] = new Date(Math.round(output[name] * 1000))
  }
  for (const value of Object.values(output)) {
    if (Array.isArray(value)) value.filter(item => typeof item === 'object').forEach(createDates)
  }
  return output
}

const createMetadata = () => ({ httpStatusCode: 200, requestId: randomUUID(), attempts: 1, totalRetryDelay: 0 })

module.exports = { createDates, createMetadata }
