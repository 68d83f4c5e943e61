import { expect, it } from 'vitest';
import { readKeyLines } from '../../../src/cli/config/toml-lines.js';

it('has the line of each key, under the table it stands in', () => {
  const text =
    'from = "a"\n[ smtp ]\n  url = "b"\n"port" = 1\nurl = "c"\n\n[profiles.work]\nsmtp . url = 1\n[broken\nx=1\n';
  expect([...readKeyLines(text)]).toEqual([
    ['from', 1],
    ['smtp.url', 3],
    ['smtp.port', 4],
    ['profiles.work.smtp.url', 8],
    ['profiles.work.x', 10],
  ]);
});
