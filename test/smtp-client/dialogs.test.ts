import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/problem.js';
import type { OutcomeKind } from '../../src/smtp/outcome.js';
import { createSmtpTransport } from '../../src/smtp-client/transport.js';
import { type Dialog, parseDialog, startDialogServer } from './dialog.js';

const folder = new URL('./dialogs/', import.meta.url);
const recipients = ['anna@example.net', 'bert@example.net', 'cleo@example.net'];
const message = Buffer.from('Subject: hello\r\n\r\nHello\r\n.\r\n');

const dialogs = readdirSync(folder)
  .sort()
  .map(file => [file, parseDialog(readFileSync(new URL(file, folder), 'utf8'))] as const);

describe('a session with a server that', () => {
  it.each(dialogs)('plays %s', async (_, dialog) => {
    const server = await startDialogServer(dialog);
    let heard: Record<string, string>;
    try {
      heard = await carryOut(dialog, server.port);
    } finally {
      await server.finish();
    }
    expect(heard, dialog.name).toEqual(Object.fromEntries(expectations(dialog)));
  });
});

it('plays every reply script that docs/reliability.md lists, here or while the connection opens', () => {
  const listed = readFileSync('docs/reliability.md', 'utf8').match(/(?<=^\| )R\d+(?= \|)/gm) ?? [];
  expect(listed).toEqual(Array.from({ length: 24 }, (_, index) => `R${index + 1}`));
  const opening = readFileSync('test/smtp-client/open-connection.test.ts', 'utf8');
  const played = [...dialogs.map(([, { name }]) => name), opening].join('\n').match(/\bR\d+\b/g);
  expect(listed.filter(script => played?.includes(script) !== true)).toEqual([]);
});

function expectations(dialog: Dialog): readonly (readonly [string, string])[] {
  return [...dialog.directives].filter(([key]) => ['opening', 'outcomes', 'session'].includes(key));
}

async function carryOut(dialog: Dialog, port: number): Promise<Record<string, string>> {
  const patience = Number(dialog.directives.get('patience'));
  const names = ['greeting', 'mail', 'rcpt', 'data', 'endOfData'];
  const timeouts = patience > 0 ? Object.fromEntries(names.map(name => [name, patience])) : {};
  const user = dialog.directives.get('login');
  const login = user === undefined ? {} : { user, password: 'secret' };
  const transport = createSmtpTransport({ host: '127.0.0.1', port, tls: 'none', timeouts, ...login });
  try {
    const session = await transport.openSession();
    const wanted = dialog.directives.get('outcomes')?.split(', ') ?? [];
    const intents = new Set<number>();
    const outcomes = await Promise.all(
      wanted.map((_, position) => {
        const forwardPath = recipients[position]!;
        return session.send({ position, reversePath: 'news@example.org', forwardPath, message }, async () => {
          intents.add(position);
          return true;
        });
      }),
    );
    const leftUs: readonly OutcomeKind[] = ['accepted', 'uncertain'];
    for (const [position, { kind }] of outcomes.entries()) {
      if (leftUs.includes(kind)) expect(intents).toContain(position);
    }
    const state = session.usable ? 'usable' : 'over';
    await session.quit();
    return { outcomes: outcomes.map(({ kind }) => kind).join(', '), session: state };
  } catch (error) {
    if (error instanceof Problem) return { opening: error.code };
    throw error;
  }
}
