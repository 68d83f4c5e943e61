import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { createExchangeChannel } from '../../src/http/exchange-client.js';
import { makeCertificate } from '../smtp-client/certificate.js';

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

let front: Server | undefined;
afterEach(() => {
  front?.closeAllConnections();
  front?.close();
});

async function serve(listener: RequestListener): Promise<string> {
  front = createHttpServer(listener).listen(0, '127.0.0.1');
  await once(front, 'listening');
  return `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
}

it('follows no redirect, which could lead the request with its proof to a third one', async () => {
  const asked: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    asked.push(request.url);
    response.writeHead(307, { Location: '/elsewhere' }).end('moved');
  });
  await expect(createExchangeChannel(url).post('', '')).rejects.toMatchObject({
    code: 'server-unreachable',
    message: `${url} cannot be reached: it redirects to another address`,
  });
  expect(asked).toEqual(['/exchange']);
});

it('hears 16 MB of an answer and no more', async () => {
  let isHeard = true;
  const url = await serve((_, response) => {
    const more = () => {
      if (isHeard) response.write(Buffer.alloc(1_048_576, ' '), more);
    };
    response.once('close', () => {
      isHeard = false;
    });
    more();
  });
  await expect(createExchangeChannel(url).post('', '')).rejects.toMatchObject({
    code: 'server-unreachable',
    message: `${url} cannot be reached: the answer is longer than 16 MB`,
  });
});

it('says that a certificate is not trusted, and that a port has no TLS', async () => {
  const trusted = createTlsServer(makeCertificate('IP:127.0.0.1')).listen(0, '127.0.0.1');
  await once(trusted, 'listening');
  const base = `https://127.0.0.1:${(trusted.address() as AddressInfo).port}`;
  await expect(createExchangeChannel(base).post('', '')).rejects.toMatchObject({
    code: 'server-unreachable',
    message: `${base} cannot be trusted: its certificate is signed by itself`,
    fix: 'Renew the certificate there, and give the server the file with all of its chain. What came before is stored.',
  });
  trusted.close();
  const clear = (await serve((_, response) => response.end())).replace('http:', 'https:');
  await expect(createExchangeChannel(clear).post('', '')).rejects.toMatchObject({
    code: 'server-unreachable',
    message: `${clear} answers in clear text, without TLS`,
    fix: 'Ask through a tunnel with http://127.0.0.1:<port>, or put a TLS front there. What came before is stored.',
  });
});
