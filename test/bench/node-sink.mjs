/** sink.mjs as a process of its own, for the benchmarks that need no Postfix. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { atEnd } from './leave.mjs';

/** @returns `port`, and `taken()`: `{ messages, firstMailAt }` since the last call. */
export async function startNodeSink() {
  const child = fork(new URL('sink.mjs', import.meta.url));
  const stop = atEnd(() => child.kill('SIGKILL'));
  const [{ port }] = await once(child, 'message');
  return {
    port,
    async taken() {
      const answer = once(child, 'message');
      child.send('count');
      return (await answer)[0];
    },
    stop,
  };
}
