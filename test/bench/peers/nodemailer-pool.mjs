/** nodemailer's pool as its documentation has it: `node nodemailer-pool.mjs <host> <port> <recipients> <connections>`. */
import { randomBytes } from 'node:crypto';
import nodemailer from 'nodemailer';
import { from, html, recipient, subject, text, trackingUrl } from '../message.mjs';

const [host, port, recipients, connections] = process.argv.slice(2);
const pool = nodemailer.createTransport({
  pool: true,
  host,
  port: Number(port),
  ignoreTLS: true,
  maxConnections: Number(connections),
  maxMessages: Number.POSITIVE_INFINITY,
});

let next = 0;
let refused = 0;
// Twice the connections: one message under way and one waiting, so that no connection ever waits for us.
await Promise.all(Array.from({ length: 2 * Number(connections) }, sendSome));
pool.close();
if (refused > 0) {
  console.error(`${refused} messages were not accepted`);
  process.exitCode = 1;
}

async function sendSome() {
  while (next < Number(recipients)) {
    const { address, name } = recipient(next);
    next += 1;
    // As long as a sealed token of mailtrack.
    const token = randomBytes(24).toString('hex');
    await pool
      .sendMail({
        from,
        to: address,
        subject,
        text: text.replace('{{ name }}', name),
        html: html
          .replace('{{ name }}', name)
          .replace(
            '</body>',
            `<img src="${trackingUrl}/email_opened/${token}/tracking.png" alt="" width="1" height="1"></body>`,
          ),
      })
      .catch(error => {
        refused += 1;
        console.error(error.message);
      });
  }
}
