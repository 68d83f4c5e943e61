import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { isTrusted, trust } from '../../../src/cli/config/trust.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-trust-'));
  vi.stubEnv('XDG_DATA_HOME', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const file = '/home/anna/project/mailtrack.toml';
const digest = 'a'.repeat(64);

it('holds for one path and one content', async () => {
  expect(await isTrusted({ file, digest })).toBe(false);
  await trust({ file, digest });
  expect(await isTrusted({ file, digest })).toBe(true);
  expect(await isTrusted({ file, digest: 'b'.repeat(64) })).toBe(false);
  expect(await isTrusted({ file: '/home/anna/other/mailtrack.toml', digest })).toBe(false);
});

it('of a folder whose name has a line break is no trust of another file', async () => {
  const other = `${'b'.repeat(64)} /home/anna/other/mailtrack.toml`;
  await trust({ file: `/srv/x\n${other}`, digest });
  expect(await isTrusted({ file: `/srv/x\n${other}`, digest })).toBe(true);
  expect(await isTrusted({ file: '/home/anna/other/mailtrack.toml', digest: 'b'.repeat(64) })).toBe(false);
});
