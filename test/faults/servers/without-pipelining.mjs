/** A way to a server that takes PIPELINING and CHUNKING out of its EHLO, so that the client speaks line by line. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const ehloReply = /^250-[\s\S]*\r\n250 [^\r\n]*\r\n$/;

/** @returns port, `stop`. */
export async function startWithoutPipelining(targetPort) {
  const sockets = new Set();
  const proxy = createServer({ noDelay: true }, client => {
    const server = connect({ host: '127.0.0.1', port: targetPort, noDelay: true });
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    client.pipe(server);
    // These servers send a reply of several lines as one segment.
    server.on('data', octets => client.write(withoutKeywords(octets.toString('latin1')), 'latin1'));
    server.on('end', () => client.end());
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    port: proxy.address().port,
    async stop() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}

function withoutKeywords(reply) {
  if (!ehloReply.test(reply)) return reply;
  const [first, ...keywords] = reply
    .trimEnd()
    .split('\r\n')
    .map(line => line.slice(4));
  const kept = [
    first,
    ...keywords.filter(keyword => !/^(?:PIPELINING|PIPECONNECT|CHUNKING)$/i.test(keyword)),
  ];
  return kept.map((line, index) => `250${index < kept.length - 1 ? '-' : ' '}${line}\r\n`).join('');
}
