import { encode, wrap } from 'nodemailer/lib/qp';
import { describe, expect, it } from 'vitest';
import { appendBody, encodePiece } from '../../src/message/quoted-printable.js';

function body(...texts: readonly string[]): string {
  const octets: Uint8Array[] = [];
  appendBody(octets, texts.map(encodePiece));
  return Buffer.concat(octets).toString('latin1');
}

describe('a body', () => {
  it.each([
    [['From here\n'], '=46rom here\r\n'],
    [['Hi\nFrom here\n'], 'Hi\r\n=46rom here\r\n'],
    [['Hi\n', 'From here'], 'Hi\r\n=46rom here\r\n'],
    [['F', 'rom', ' here'], '=46rom here\r\n'],
    [['Hi\nFro', 'm here'], 'Hi\r\n=46rom here\r\n'],
    [['From', '\n'], '=46rom\r\n'],
    [['From '], 'From=20\r\n'],
    [['not ', 'From here'], 'not From here\r\n'],
    [['Fromage'], 'Fromage\r\n'],
    [['From\n'], 'From\r\n'],
  ])('has no line that begins with From and a space: %j', (texts, octets) => {
    expect(body(...texts)).toBe(octets);
  });

  it.each([
    [['.'], '=2E\r\n'],
    [['a\n.\nb'], 'a\r\n=2E\r\nb\r\n'],
    [['.\n.'], '=2E\r\n=2E\r\n'],
    [['a\n', '.', '\nb'], 'a\r\n=2E\r\nb\r\n'],
    [['a\n.', '\nb'], 'a\r\n=2E\r\nb\r\n'],
    [['..'], '..\r\n'],
    [['a', '.', '\n'], 'a.\r\n'],
    [['.a\n'], '.a\r\n'],
  ])('has no line of a single dot: %j', (texts, octets) => {
    expect(body(...texts)).toBe(octets);
  });

  it.each([
    ['blanks', `${' '.repeat(160)}\n`],
    ['a word behind blanks', `${' '.repeat(160)}a\n`],
    ['letters', `${'a'.repeat(160)}\n`],
    ['codes', `${'é'.repeat(160)}\n`],
    ['words of one line', `${'word '.repeat(15)}\n`],
    ['words behind short lines', `a\nb\n${'word '.repeat(15)}c`],
  ])('breaks lines of %s where nodemailer breaks them, each on its own', (_, line) => {
    for (const text of [line, line.repeat(3), `a\n${line}b`, `${line}${'c '.repeat(35)}`]) {
      const whole = wrap(encode(text.replaceAll('\n', '\r\n')), 75);
      expect(body(text)).toBe(whole.endsWith('\r\n') ? whole : `${whole}\r\n`);
    }
  });

  it('looks at the lines as they travel, soft ones too, and keeps them within 76', () => {
    const words = `${'word '.repeat(14)}a `;
    expect(body(`${words}From here on`)).toBe(`${words}=\r\n=46rom here on\r\n`);
    expect(body(words, 'From here on')).toBe(`${words}=\r\n=46rom here on\r\n`);
    const long = 'x'.repeat(69);
    expect(body(`From ${long}`, 'y\n')).toBe(`=46rom =\r\n${long}y\r\n`);
    const many = body('From '.repeat(40));
    expect(many).not.toMatch(/^From /m);
    expect(Math.max(...many.split('\r\n').map(line => line.length))).toBeLessThanOrEqual(76);
  });
});
