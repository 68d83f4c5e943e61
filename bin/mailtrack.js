#!/usr/bin/env node
// Old syntax on purpose: an old Node must reach the sentence below, not a syntax error.
var version = process.versions.node.split('.').map(Number);
if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
  process.stderr.write('mailtrack needs Node.js 20.19 or newer; this is ' + process.version + '.\n');
  process.exitCode = 70;
} else {
  import('../dist/cli/main.js').then(
    main => main.run(process.argv.slice(2)),
    error => {
      var built = error && error.code !== 'ERR_MODULE_NOT_FOUND';
      process.stderr.write(
        built ? String(error.stack) + '\n' : 'mailtrack is not built: run `npm run build`.\n',
      );
      process.exitCode = 70;
    },
  );
}
