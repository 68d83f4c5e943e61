// The program as it is installed: the compiled files of `dist`, joined to a few. Node needs half a millisecond for each file that it
// imports, and a `send` imports 400 (docs/decisions/0027-the-program-is-bundled.md). Packages stay outside.
export default {
  // The program, and what runs beside it in a process or a thread: found by its name, next to the file that starts it.
  input: {
    main: 'dist/cli/main.js',
    'compile-job': 'dist/system/compile-job.js',
    'workbook-job': 'dist/system/workbook-job.js',
    'checkpoint-worker': 'dist/store/sqlite/checkpoint-worker.js',
    'damage-worker': 'dist/store/sqlite/damage-worker.js',
  },
  platform: 'node',
  external: id => !/^[./]/.test(id),
  output: {
    dir: 'bundle',
    cleanDir: true,
    // One folder, so that `new URL('./damage-worker.js', import.meta.url)` and package.json are where they are in `dist`.
    chunkFileNames: '[name]-[hash].js',
    comments: { annotation: false, jsdoc: false, legal: false },
  },
};
