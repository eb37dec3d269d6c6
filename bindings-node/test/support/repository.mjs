// The path of the repository, for files that are not in the package: vectors, examples, README.
import assert from 'node:assert/strict'

assert.ok(process.env.SFN_ALIAS_REPOSITORY, 'SFN_ALIAS_REPOSITORY is not set; run `make test`')

/** The path of the repository. */
export const repository = process.env.SFN_ALIAS_REPOSITORY
