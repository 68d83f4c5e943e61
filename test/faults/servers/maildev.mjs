/** maildev, which developers send to: PIPELINING. It refuses nobody. */

import { startNpmPackage } from './npm-package.mjs';
import { findFreePort } from './process.mjs';

export async function startMaildev() {
  const webPort = await findFreePort();
  const server = await startNpmPackage({
    packages: ['maildev@3.0.0'],
    command: port => ['maildev', '--ip', '127.0.0.1', '-s', String(port), '-w', String(webPort)],
  });
  const api = `http://127.0.0.1:${webPort}/api/email`;
  return {
    port: server.port,
    refusesNobody: true,
    async readMail() {
      const emails = await (await fetch(api)).json();
      return Promise.all(
        emails.map(async ({ id, envelope }) => ({
          recipient: envelope.to[0].address,
          message: await (await fetch(`${api}/${id}/source`)).text(),
        })),
      );
    },
    stop: server.stop,
  };
}
