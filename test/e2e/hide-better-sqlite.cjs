/** With `node --require`: better-sqlite3 is not installed, as far as this process can tell. */
const Module = require('node:module');

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function (request, ...others) {
  if (!request.startsWith('better-sqlite3')) return resolveFilename.call(this, request, ...others);
  throw Object.assign(new Error(`Cannot find module '${request}'`), { code: 'MODULE_NOT_FOUND' });
};
