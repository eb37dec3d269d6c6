// The types of `index.mjs`.
export * from './index.js'
