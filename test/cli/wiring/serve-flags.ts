import { expect } from 'vitest';

const privately = (path: string) => ({
  privately: { asked: [{ address: { host: '127.0.0.1', port: 0 }, paths: [path] }] },
});

/** By flag: what stands on the line, and what has to be handed on. The test says whom the endpoint trusts. */
export const serveFlags: Readonly<Record<string, readonly [argv: readonly string[], seen: object]>> = {
  '--port': [['--port', '0'], { endpoint: { port: 0 } }],
  '--host': [['--host', '127.0.0.1'], { endpoint: { host: '127.0.0.1' } }],
  '--trusted-proxy': [['--trusted-proxy', '10.0.0.0/8'], { endpoint: { trusts: ['10.1.2.3'] } }],
  '--tls-cert': [
    ['--tls-cert', 'own.crt', '--tls-key', 'own.key'],
    { upkeep: { tlsFiles: { certificate: 'own.crt', key: 'own.key' } } },
  ],
  '--tls-key': [
    ['--tls-cert', 'own.crt', '--tls-key', 'own.key'],
    { endpoint: { certificate: { cert: aPem('CERTIFICATE'), key: aPem('PRIVATE KEY') } } },
  ],
  '--metrics': [['--metrics', '127.0.0.1:0'], privately('/metrics')],
  '--exchange': [['--exchange', '127.0.0.1:0'], privately('/exchange')],
  '--private-host': [['--private-host', 'inner.example'], { privately: { names: ['inner.example'] } }],
};

/** By key: its line, and what has to be handed on. The port is 0 in all of them. */
export const serveSettings: Readonly<Record<string, readonly [line: string, seen: object]>> = {
  'serve.port': ['', { endpoint: { port: 0 } }],
  'serve.host': ['serve.host = "127.0.0.1"\n', { endpoint: { host: '127.0.0.1' } }],
  'serve.trusted_proxies': [
    'serve.trusted_proxies = ["10.0.0.0/8"]\n',
    { endpoint: { trusts: ['10.1.2.3'] } },
  ],
  'serve.metrics': ['serve.metrics = "127.0.0.1:0"\n', privately('/metrics')],
  'serve.exchange': ['serve.exchange = "127.0.0.1:0"\n', privately('/exchange')],
  'serve.private_hosts': [
    'serve.private_hosts = ["inner.example"]\n',
    { privately: { names: ['inner.example'] } },
  ],
  'privacy.keep_network': ['privacy.keep_network = "none"\n', { endpoint: { keepNetwork: false } }],
  'privacy.keep_user_agent': ['privacy.keep_user_agent = "30d"\n', { upkeep: { keepUserAgent: '30d' } }],
};

function aPem(what: string): unknown {
  return expect.stringContaining(what) as unknown;
}
