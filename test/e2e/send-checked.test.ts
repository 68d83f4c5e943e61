import { afterEach, beforeEach, expect, it } from 'vitest';
import { User } from './command.js';

let user: User;
beforeEach(() => {
  user = new User();
  user.environment['MAILTRACK_FROM'] = 'me@example.com';
});
afterEach(() => user.leave());

const dryRun = (...args: readonly string[]) => user.run(['send', ...args, '--no-track', '--dry-run']);

it('stops at what check calls an error, names all of them, and sends it when that is meant', async () => {
  user.write('page.html', '<title>S</title>\n<a href="/plan">a</a>\n<a href="htps://example.com">b</a>\n');
  const { status, stderr } = await dryRun('page.html', '--to', 'ann@example.com');
  expect({ status, stderr }).toEqual({
    status: 65,
    stderr:
      'page.html:2:9: the link "/plan" has no scheme, and goes nowhere\n' +
      'page.html:3:9: the link "htps://example.com" is neither http, https, mailto nor tel\n' +
      '  Write the whole address: https://…, mailto:… or tel:…. Or pass --allow link if it is meant.\n',
  });
  expect((await dryRun('page.html', '--to', 'ann@example.com', '--allow', 'link')).status).toBe(0);
});

it('names the rows whose subject makes a line that no server has to take, however far down the list', async () => {
  user.write('page.txt', '---\nsubject: "{{ word }}"\n---\nHello\n');
  const rows = Array.from({ length: 150 }, (_, index) => `p${index}@example.com,hello`);
  user.write('list.csv', ['email,word', ...rows, `ann@example.com,${'x'.repeat(1_200)}`, ''].join('\n'));
  const { status, stderr } = await dryRun('page.txt', '--each', 'list.csv');
  expect(status).toBe(65);
  expect(stderr).toContain(
    '1 of 151 recipients have a subject with a word too long to be folded: list.csv:152',
  );
});

it('takes the sender of the template before that of the configuration, and the flag before both', async () => {
  user.write('page.txt', '---\nsubject: S\nfrom: front@example.com\n---\nHello\n');
  expect((await dryRun('page.txt', '--to', 'ann@example.com')).stderr).toContain('front@example.com');
  const { stderr } = await dryRun('page.txt', '--to', 'ann@example.com', '--from', 'flag@example.com');
  expect(stderr).toContain('flag@example.com');
});

it('refuses the pixel anywhere but as it is, and a text part that is a template of its own', async () => {
  user.write('a.html', '<p>\n{{ pixel | escape }}</p>');
  user.write('b.html', '<p>Hello</p>');
  user.write('b.txt', '---\nsubject: S\n---\nHello\n');
  const options = ['--subject', 'S', '--to', 'ann@example.com'];
  expect((await dryRun('a.html', ...options)).stderr).toContain(
    'a.html:2:4: the pixel can only stand as it is',
  );
  expect((await dryRun('b.html', ...options)).stderr).toContain(
    'b.txt:1: a text part has no front matter; this is a template of its own',
  );
});
