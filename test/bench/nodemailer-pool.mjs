/** The peer: the same message through nodemailer's pool, as many connections. */
import nodemailer from 'nodemailer';

const [port, count, connections, html] = process.argv.slice(2);
const pool = nodemailer.createTransport({
  pool: true,
  host: '127.0.0.1',
  port: Number(port),
  ignoreTLS: true,
  maxConnections: Number(connections),
  maxMessages: Number.POSITIVE_INFINITY,
});
await Promise.all(
  Array.from({ length: Number(count) }, (_, index) =>
    pool.sendMail({
      from: 'bench@example.com',
      to: `p${index}@example.com`,
      subject: 'Bench',
      text: `Hello ${index}`,
      html: html.replaceAll('{{ name }}', `Person ${index}`),
    }),
  ),
);
pool.close();
