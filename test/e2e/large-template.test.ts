/** Templates too large to be compiled beside everything else: in a thread, and no longer than it may take. */
import { afterEach, expect, it } from 'vitest';
import { User } from './command.js';

let user: User;
afterEach(() => user.leave());

async function preview(name: string, source: string) {
  user = new User();
  user.environment['MAILTRACK_FROM'] = 'anthony@example.org';
  user.write(name, source);
  return user.run(['preview', name, '--to', 'ann@example.com', '--subject', 'S']);
}

it('compiles a large template, and reports what is wrong in one', async () => {
  const body = `<p>${'words '.repeat(10_000)}</p>`;
  expect(
    await preview('m.html', `<style>p { color: red }</style>${body}<p>end {{ email }}</p>`),
  ).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('end ann@example.com') as string,
  });
  user.leave();
  expect(await preview('m.html', `${body}\n{{ email | shout }}`)).toMatchObject({
    status: 65,
    stderr: expect.stringContaining('m.html:2:1: undefined filter: shout') as string,
  });
});

it('refuses one that stands too deep in itself, one with too much Liquid, and one that is too large', async () => {
  const deep = `<style>p { top: 0 }</style>${'<b>'.repeat(30_000)}<p>`;
  expect(await preview('m.html', deep)).toMatchObject({
    status: 65,
    stderr: expect.stringContaining('m.html: too much stands inside one another') as string,
  });
  user.leave();
  expect(await preview('m.md', '{% assign a = 1 %}\n'.repeat(90_000))).toMatchObject({
    status: 65,
    stderr: expect.stringContaining(
      'm.md: there are more than 10,000 merge fields and Liquid tags',
    ) as string,
  });
  user.leave();
  expect(await preview('m.txt', 'x'.repeat(2_000_001))).toMatchObject({
    status: 65,
    stderr: expect.stringContaining('m.txt: it is larger than 2 MB') as string,
  });
});
