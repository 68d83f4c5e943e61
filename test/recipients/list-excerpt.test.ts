import { describe, expect, it } from 'vitest';
import { excerptOf } from '../../src/recipients/list-excerpt.js';

const list = 'email,n\na@x.example,1\nB@X.example,2\r\nc@x.example,3\n\nab@x.example,4';
const textOf = (text: string | Buffer, ...words: string[]) =>
  excerptOf(Buffer.from(text as string), words)?.octets.toString();

describe('an excerpt', () => {
  it.each([
    [['b@x.example'], 'email,n\nB@X.example,2\r\nab@x.example,4', [1, 3, 6]],
    [['c@x.example', 'a@x.example'], 'email,n\na@x.example,1\nc@x.example,3\n', [1, 2, 4]],
    [['.@x'], 'email,n\n', [1]],
    [[], 'email,n\n', [1]],
  ])('of the rows with %j is the header and those rows, each with its line', (words, text, lines) => {
    const excerpt = excerptOf(Buffer.from(list), words);
    expect(excerpt?.octets.toString()).toBe(text);
    expect(lines.map((_, index) => excerpt?.lineOf(index + 1))).toEqual(lines);
  });

  it.each(['email,n\n', 'email;n\n', 'email\tn\n', '\n \nemail,n\n'])('keeps the header %j', header => {
    expect(textOf(`${header}a\nb\n`, 'b')).toBe(`${header}b\n`);
  });

  it('is of a file of many blocks, too', () => {
    const rows = Array.from({ length: 40_000 }, (_, index) => `p${index}@x.example,${index}\n`);
    const excerpt = excerptOf(Buffer.from(`email,n\n${rows.join('')}`), ['p3@', 'p39999@']);
    expect(excerpt?.octets.toString()).toBe(`email,n\n${rows[3]}${rows[39_999]}`);
    expect([1, 2, 3].map(line => excerpt?.lineOf(line))).toEqual([1, 5, 40_001]);
  });

  it.each<[string, string | Buffer, string[]]>([
    ['a quote, which may hold line ends', 'email,n\na@x,"\nb@x"\n', ['b']],
    ['NUL', 'email,n\nb@x,\0\n', ['b']],
    ['a Kelvin sign, which is a k in lower case', 'email,n\nb@x,\u212a\n', ['b']],
    ['octets that are not UTF-8', Buffer.from('email,n\nb@x,\xe4\n', 'latin1'), ['b']],
    ['a lone CR', 'email,n\rb@x,1\n', ['b']],
    ['no delimiter in the header', 'email\nb@x\n', ['b']],
    ['two delimiters in the header', 'email,n;m\nb@x,1\n', ['b']],
    ['a line that says the delimiter', 'sep=,\nemail,n\nb@x,1\n', ['b']],
    ['nothing in it', '', ['b']],
    ['a word beyond ASCII', 'email,n\nb@x,1\n', ['\u00e4']],
    ['more words than are looked up', 'email,n\nb@x,1\n', Array.from({ length: 101 }, (_, at) => `w${at}`)],
    ['a line longer than a block', `email,n\n${'x'.repeat(300_000)},1\nb@x,1\n`, ['b']],
  ])('is not made when there is %s', (_, text, words) => {
    expect(textOf(text, ...words)).toBeUndefined();
  });
});
