import { expect, it } from 'vitest';
import { runPasswordCommand } from '../../src/system/password-command.js';

it('takes the first line of what the command prints', async () => {
  expect(await runPasswordCommand("printf 's3cret word\\nuser: me\\n'")).toBe('s3cret word');
});

it.each([
  ['exit 3', 'ended with status 3'],
  ['true', 'printed nothing'],
])('says how %j failed', async (command, how) => {
  await expect(runPasswordCommand(command)).rejects.toMatchObject({
    code: 'config',
    message: `smtp.password_command ${how}`,
    fix: 'Run the command by hand and see.',
  });
});
