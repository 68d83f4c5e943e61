import { describe, expect, it } from 'vitest';
import { splitMbox } from '../../src/returned/mbox.js';

async function* inChunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const octets = Buffer.from(text, 'latin1');
  for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
}

/** The line and the text of each message. */
async function split(text: string, size = 7): Promise<readonly (readonly [number, string])[]> {
  const messages: (readonly [number, string])[] = [];
  for await (const { line, octets } of splitMbox(inChunks(text, size)))
    messages.push([line, Buffer.from(octets).toString('latin1')]);
  return messages;
}

const separator = 'From ann@x.example Mon Nov 30 09:00:00 2026';
const two = [separator, 'Subject: 1', '', 'One', '', separator, 'Subject: 2', '', 'Two', ''];

describe('an mbox', () => {
  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('with %s line ends has its messages and the lines of their separators', async (_, end) => {
    for (const size of [1, 7, 1_000]) {
      expect(await split(two.join(end), size)).toEqual([
        [1, ['Subject: 1', '', 'One', '', ''].join(end)],
        [6, ['Subject: 2', '', 'Two', ''].join(end)],
      ]);
    }
  });

  it('gives back lines that were escaped, one sign less', async () => {
    const text = [separator, 'Subject: 1', '', '>From me', '>>From you', '> From him', ''].join('\n');
    expect(await split(text)).toEqual([[1, 'Subject: 1\n\nFrom me\n>From you\n> From him\n']]);
  });

  it.each([
    ['without a time', 'From our house to yours'],
    ['with a time that no header follows', 'From 10:00 on, 2026'],
    ['within a paragraph', 'text\nFrom 10:00 on\nNote: bring it'],
  ])('has a line that begins with "From " %s in the message', async (_, line) => {
    const text = `${separator}\nSubject: 1\n\n${line}\nmore\n`;
    expect(await split(text)).toEqual([[1, `Subject: 1\n\n${line}\nmore\n`]]);
  });

  it.each([
    'From - Mon Nov 30 09:00:00 2026',
    'From 1762500000000000000@xxx Mon Nov 30 09:00:00 +0000 2026',
    'From ann at x.example  Mon Nov 30 09:00 2026',
    'From "ann b"@x.example Mon, 30 Nov 2026 9:00:00 +0100',
  ])('is split at %s, also without a blank line before it', async line => {
    const text = `${separator}\nSubject: 1\n\nOne\n${line}\nSubject: 2\n\nTwo\n`;
    expect((await split(text)).map(([at]) => at)).toEqual([1, 5]);
  });

  it('that ends within a header, a body or a separator is read to its end', async () => {
    const whole = two.join('\n');
    const lastLine = whole.lastIndexOf(separator);
    for (const end of [15, whole.length - 3, lastLine + 20]) {
      const messages = await split(whole.slice(0, end));
      expect(messages.length).toBeGreaterThan(0);
      expect(messages.map(([, text]) => text.length).reduce((sum, one) => sum + one)).toBeLessThanOrEqual(
        end,
      );
    }
  });

  it('without anything in it has no message', async () => {
    expect(await split('')).toEqual([]);
  });

  it('keeps the first 4 MB of a message, with lines of any length', async () => {
    const long = 'x'.repeat(5 * 1024 * 1024);
    const text = `${separator}\nSubject: 1\n\n${long}\n\n${separator}\nSubject: 2\n\nTwo\n`;
    const messages = await split(text, 100_000);
    expect(messages.map(([line, { length }]) => [line, length])).toEqual([
      [1, 4 * 1024 * 1024],
      [6, 16],
    ]);
  });
});
