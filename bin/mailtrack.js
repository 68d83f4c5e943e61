#!/usr/bin/env node
// Old syntax on purpose: an old Node must reach the sentence below, not a syntax error.
var version = process.versions.node.split('.').map(Number);
if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
  process.stderr.write('mailtrack needs Node.js 20.19 or newer; this is ' + process.version + '.\n');
  process.exitCode = 70;
} else {
  import('../bundle/main.js').then(main => main.run(process.argv.slice(2)), explain);
}

function explain(error) {
  if (error.code === 'EMFILE') {
    process.stderr.write('mailtrack: too many open files. Raise the limit (ulimit -n).\n');
    process.exitCode = 74;
  } else if (error.code === 'ERR_MODULE_NOT_FOUND') {
    process.stderr.write('mailtrack is not built: run `npm run build`.\n');
    process.exitCode = 70;
  } else {
    process.stderr.write(error.stack + '\n');
    process.exitCode = 70;
  }
}
