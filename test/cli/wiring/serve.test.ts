/** The flags and settings of `serve`, and the flags of `sandbox`: what it hands to the endpoints, and to what goes on beside them. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Networks } from '../../../src/http/client-network.js';
import { makeCertificate } from '../../smtp-client/certificate.js';
import { Arrived, Place, seen } from './in-process.js';
import { serveFlags, serveSettings } from './serve-flags.js';

vi.mock('../../../src/http/public-endpoint.js', () => ({
  startPublicEndpoint: async (options: { readonly trustedProxies?: Networks }) => {
    const { trustedProxies: trusted } = options;
    seen.endpoint = { ...options, trusts: ['10.1.2.3', '11.1.2.3'].filter(address => trusted?.has(address)) };
    return { port: 1, close: async () => undefined };
  },
}));
vi.mock('../../../src/cli/serve-private.js', async importOriginal => ({
  ...(await importOriginal<object>()),
  startPrivate: async (asked: unknown, names: unknown) => {
    seen.privately = { asked, names };
    return async () => undefined;
  },
}));
vi.mock('../../../src/cli/serve-upkeep.js', async importOriginal => ({
  ...(await importOriginal<object>()),
  startUpkeep: (of: unknown) => {
    seen.upkeep = of;
    throw new Arrived();
  },
}));

vi.mock('../../../src/smtp-client/sandbox.js', () => ({
  startSandbox: (options: unknown) => {
    seen.endpoint = options;
    throw new Arrived();
  },
}));

let place: Place;
beforeAll(() => {
  place = new Place();
  const { cert, key } = makeCertificate('IP:127.0.0.1');
  place.write('own.crt', cert);
  place.write('own.key', key);
});
afterAll(() => place.close());

async function serve(...argv: readonly string[]): Promise<typeof seen> {
  const isPortSaid = argv.some(flag => flag === '--port' || flag === '--config');
  const { error } = await place.run('serve', ...(isPortSaid ? [] : ['--port', '0']), ...argv);
  if (!(error instanceof Arrived)) throw error;
  return seen;
}

it('serve keeps the network, trusts nobody and offers nothing privately where nothing is said', async () => {
  const { endpoint, privately, upkeep } = await serve();
  expect(endpoint).toMatchObject({
    port: 0,
    host: undefined,
    trustedProxies: undefined,
    certificate: undefined,
    keepNetwork: true,
  });
  expect(privately).toEqual({ asked: [], names: undefined });
  expect(upkeep).toMatchObject({ keepUserAgent: undefined, tlsFiles: undefined });
});

it.each(Object.entries(serveFlags))('serve passes on %s', async (_, [argv, expected]) => {
  expect(await serve(...argv)).toMatchObject(expected);
});

it.each(Object.entries(serveSettings))('serve passes on the setting %s', async (_, [text, expected]) => {
  place.write('set.toml', `serve.port = 0\n${text}`);
  expect(await serve('--config', 'set.toml')).toMatchObject(expected);
});

it('sandbox passes on --port and --dir', async () => {
  await place.run('sandbox', '--port', '0', '--dir', 'arrived');
  expect(seen.endpoint).toMatchObject({ port: 0, dir: 'arrived' });
  await place.run('sandbox');
  expect(seen.endpoint).toMatchObject({ port: 1025, dir: 'inbox' });
});
