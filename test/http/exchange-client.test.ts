import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { createExchangeChannel } from '../../src/http/exchange-client.js';

it('says in words why a server cannot be reached, and what to look for', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise(resolve => server.close(resolve));
  await expect(createExchangeChannel(`http://127.0.0.1:${port}`).post('', '')).rejects.toMatchObject({
    code: 'server-unreachable',
    message: `http://127.0.0.1:${port} cannot be reached: connection refused`,
    fix: 'Is `mailtrack serve --exchange` running there, and the tunnel or front open? What came before is stored.',
  });
});
