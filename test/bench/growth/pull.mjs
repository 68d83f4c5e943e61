import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { atEnd } from '../leave.mjs';
import { measure } from '../measure.mjs';
import { cpuSeconds } from '../proc.mjs';
import { environmentOf, writeKey } from './environment.mjs';
import { addEmail, addFetches, exponent, makeDatabase } from './world.mjs';

export const pull = {
  id: 'pull',
  name: 'pull: what the facts of one email cost the server that is asked',
  unit: 'facts',
  sizes: { quick: [10_000, 30_000, 100_000], full: [10_000, 100_000, 1_000_000] },
  verdicts: (sizes, costs) => [
    {
      text: 'exponent',
      value: exponent([sizes[0], sizes.at(-1)], [costs[0], costs.at(-1)]),
      most: 1.05,
    },
  ],
  async cost(build, facts, folder) {
    writeKey(folder);
    await makeDatabase(build, folder, database => {
      addEmail(database, { number: 1_000, recipients: 1_000 });
      addFetches(database, { emailNumber: 1_000, fetches: facts, recipients: 1_000 });
    });
    const server = await startExchange(build, folder);
    try {
      const before = cpuSeconds(server.pid);
      const home = join(folder, 'home');
      mkdirSync(home);
      const argv = [
        process.execPath,
        join(build, 'bin/mailtrack.js'),
        'pull',
        `http://127.0.0.1:${server.port}`,
      ];
      const env = { ...environmentOf(home), MAILTRACK_KEY: join(folder, 'key') };
      const { status, said } = await measure({ argv, cwd: home, env, limitSeconds: 1_200 });
      if (status !== 0) throw new Error(`pull ended with ${status}: ${said}`);
      return cpuSeconds(server.pid) - before;
    } finally {
      await server.stop();
    }
  },
};

async function startExchange(build, folder) {
  const argv = [
    join(build, 'bin/mailtrack.js'),
    'serve',
    '--host',
    '127.0.0.1',
    '--port',
    '0',
    '--exchange',
    '127.0.0.1:0',
  ];
  const child = spawn(process.execPath, argv, {
    cwd: folder,
    env: environmentOf(folder),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const kill = atEnd(() => child.kill('SIGKILL'));
  let said = '';
  for await (const chunk of child.stderr) {
    said += chunk;
    const [, port] = /[Ee]xchange[^\n]*?:(\d+)/.exec(said) ?? [];
    if (port === undefined) continue;
    child.stderr.resume();
    return {
      pid: child.pid,
      port: Number(port),
      async stop() {
        const closed = once(child, 'close');
        child.kill('SIGTERM');
        await closed;
        kill();
      },
    };
  }
  throw new Error(`serve ended: ${said}`);
}
