import { afterEach, beforeEach, expect, it } from 'vitest';
import { User } from './command.js';

let user: User;
beforeEach(() => {
  user = new User();
  user.environment['MAILTRACK_FROM'] = 'anthony@example.org';
});
afterEach(() => user.leave());

it('many sessions are nothing that Node warns of', async () => {
  const sandbox = await user.sandbox();
  const people = Array.from({ length: 150 }, (_, index) => `person${index}@example.com`);
  user.write('list.csv', `email\n${people.join('\n')}\n`);
  user.write('msg.md', '# Hello\n\nHi\n');
  const flags = ['--no-track', '--yes', '--connections', '15', '--smtp', sandbox.url];
  const { status, stderr } = await user.run(['send', 'msg.md', '--each', 'list.csv', ...flags]);
  expect(status).toBe(0);
  expect(stderr).toContain('150 of 150 accepted');
  expect(stderr).not.toContain('MaxListeners');
});
