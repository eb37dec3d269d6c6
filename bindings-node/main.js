'use strict'
// What the package exports: the binary's functions, and what is made of them in JavaScript.
module.exports = { ...require('./index.js'), ...require('./serve.js') }
