// Where what is not installed is found: the vectors, the examples, the README.
import assert from 'node:assert/strict'

assert.ok(process.env.SFN_ALIAS_REPOSITORY, 'SFN_ALIAS_REPOSITORY names the repository: run `make test`')

/** The repository's folder. */
export const repository = process.env.SFN_ALIAS_REPOSITORY
