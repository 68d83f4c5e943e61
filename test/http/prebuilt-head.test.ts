import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, it } from 'vitest';
import { putPrebuiltHead } from '../../src/http/prebuilt-head.js';
import { linkFailedPage, notFound, optionsResponse, pixelResponse } from '../../src/http/responses.js';

const prepared = [pixelResponse, notFound, linkFailedPage];

/** Answers `/0` with the first of them, and so on. */
function answering(isPrebuilt: boolean): RequestListener {
  return (request, response) => {
    const answer = prepared[Number(request.url?.slice(1))] ?? notFound;
    if (!isPrebuilt || !putPrebuiltHead(response, answer)) response.writeHead(answer.status, answer.headers);
    if (request.method === 'HEAD') response.end();
    else response.end(answer.body, 'latin1');
  };
}

/** All that comes back on one connection, without what the moment adds. */
async function exchange(listener: RequestListener, requests: string): Promise<string> {
  const server = createServer({ keepAliveTimeout: 0 }, listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let answers = '';
  socket.setEncoding('latin1').on('data', (octets: string) => {
    answers += octets;
  });
  socket.end(requests);
  await once(socket, 'close');
  server.close();
  return answers.replaceAll(/\r\nDate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n/g, '\r\nDate: …\r\n');
}

const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;

it.each([
  ['a GET', get('/0')],
  ['a HEAD', get('/0').replace('GET', 'HEAD')],
  ['several at once', get('/0') + get('/1') + get('/2') + get('/0').replace('GET', 'HEAD') + get('/0')],
  ['a connection that the client ends', get('/0') + get('/0', 'Connection: close\r\n')],
  ['HTTP/1.0', get('/0').replace('1.1', '1.0')],
  ['HTTP/1.0 that wants to go on', get('/0', 'Connection: keep-alive\r\n').replace('1.1', '1.0')],
])('answers octet for octet as Node would: %s', async (_, requests) => {
  const byNode = await exchange(answering(false), requests);
  expect(byNode.match(/\r\nDate: …\r\n/g)?.length).toBe(requests.match(/HTTP\/1/g)?.length);
  expect(await exchange(answering(true), requests)).toBe(byNode);
});

it('leaves an answer without a body to Node', async () => {
  let used: boolean | undefined;
  await exchange(
    (_, response) => {
      used = putPrebuiltHead(response, optionsResponse);
      response.end();
    },
    get('/', 'Connection: keep-alive\r\n'),
  );
  expect(used).toBe(false);
});
