import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { openStore } from '../../src/store/open-store.js';
import { User } from './command.js';

const users: User[] = [];
afterEach(() => {
  for (const user of users.splice(0)) user.leave();
});

/** The packages a command loads, seen by V8 itself. */
async function packagesLoadedBy(args: readonly string[]): Promise<readonly string[]> {
  const user = new User();
  users.push(user);
  await (await openStore(user.database)).close();
  const folder = mkdtempSync(join(tmpdir(), 'mailtrack-coverage-'));
  user.environment['NODE_V8_COVERAGE'] = folder;
  await user.run(args);
  const urls = readdirSync(folder).flatMap(file => {
    const { result } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { result: { url: string }[] };
    return result.map(({ url }) => url);
  });
  rmSync(folder, { recursive: true, force: true });
  const names = urls.map(url => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1]);
  return [...new Set(names.filter(name => name !== undefined))].sort();
}

it('loads commander alone for help, whatever is asked about', async () => {
  expect(await packagesLoadedBy(['--help'])).toEqual(['commander']);
  expect(await packagesLoadedBy(['send', '--help'])).toEqual(['commander']);
  expect(await packagesLoadedBy(['help', 'template'])).toEqual(['commander']);
});

it('loads neither a template compiler nor Ink nor an SMTP client for a report', async () => {
  const loaded = await packagesLoadedBy(['report']);
  expect(loaded).toContain('better-sqlite3');
  for (const name of ['mjml', 'ink', 'react', 'liquidjs', 'nodemailer', 'html-to-text']) {
    expect(loaded).not.toContain(name);
  }
});
