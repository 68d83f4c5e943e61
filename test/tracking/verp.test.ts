import { describe, expect, it } from 'vitest';
import { parseAddrSpec } from '../../src/message/mailbox.js';
import { parseVerpMailbox, verpReversePath } from '../../src/tracking/verp.js';

it('a reverse-path with a token is an address, also with the longest name', () => {
  const longest = 'b'.repeat(19);
  for (const mailbox of ['bounces@example.com', `${longest}@example.com`]) {
    expect(parseVerpMailbox(mailbox)).toEqual({ ok: true, value: mailbox });
    const path = verpReversePath(mailbox, 'a'.repeat(44));
    expect(path).toBe(mailbox.replace('@', `+${'a'.repeat(44)}@`));
    expect(parseAddrSpec(path)).toEqual({ ok: true, value: path });
  }
});

describe('a mailbox for bounces', () => {
  it.each([
    ['bounces', 'is "bounces", not an address: '],
    [
      `${'b'.repeat(20)}@example.com`,
      `is "${'b'.repeat(20)}@example.com": at most 19 characters may stand before the "@"`,
    ],
    [
      'my+bounces@example.com',
      'is "my+bounces@example.com": only letters, digits, ".", "_" and "-" may stand before the "@"',
    ],
  ])('is not %s', (text, why) => {
    const read = parseVerpMailbox(text);
    expect(read.ok ? '' : read.why).toContain(why);
  });
});
