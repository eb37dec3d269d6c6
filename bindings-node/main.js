'use strict'
// The exports of the package: those of the binary, and `serve`.
module.exports = { ...require('./index.js'), ...require('./serve.js') }
