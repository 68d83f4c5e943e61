import { describe, expect, it } from 'vitest';
import { attachmentType } from '../../src/message/attachment-type.js';

const typeOf = (name: string, content: string | Buffer) =>
  attachmentType(name, Buffer.from(content), 'boundary');

describe('text that is UTF-8 says so', () => {
  it.each([
    ['a.txt', 'Grüße', 'text/plain; charset=utf-8'],
    ['a.csv', 'name\nJürgen\n', 'text/csv; charset=utf-8'],
    ['a.HTML', '<p>日本', 'text/html; charset=utf-8'],
    ['a.txt', '\ufeffGrüße', 'text/plain; charset=utf-8'],
    ['a.css', 'a::after { content: "→" }', 'text/css; charset=utf-8'],
    // ASCII is what text is without a word. RFC 2046 §4.1.2
    ['a.txt', 'Hello', 'text/plain'],
    ['a.txt', Buffer.from('Grüße', 'latin1'), 'text/plain'],
    ['a.txt', Buffer.from('\ufeffGrüße', 'utf16le'), 'text/plain'],
    ['a.json', '"ü"', 'application/json'],
    ['a.pdf', 'ü', 'application/pdf'],
  ] as const)('%s of %j', (name, content, type) => {
    expect(typeOf(name, content)).toBe(type);
  });
});

describe('a calendar says what is asked of its reader', () => {
  const calendar = (...lines: readonly string[]) =>
    ['BEGIN:VCALENDAR', ...lines, 'END:VCALENDAR', ''].join('\r\n');
  const event = ['BEGIN:VEVENT', 'SUMMARY:Lunch', 'END:VEVENT'];

  it.each([
    ['METHOD:REQUEST', '; method=REQUEST'],
    ['method:publish', '; method=PUBLISH'],
    ['METHOD;X-A=b:CANCEL', '; method=CANCEL'],
    ['METH\r\n OD:REPLY', '; method=REPLY'],
    ['METHOD:REQUEST  ', '; method=REQUEST'],
    ['VERSION:2.0', ''],
    ['METHOD:a b', ''],
    ['METHOD:', ''],
    ['X-METHOD:REQUEST', ''],
    ['SUMMARY:see METHOD:REQUEST', ''],
  ])('%j', (line, parameter) => {
    expect(typeOf('a.ics', calendar(line, ...event))).toBe(`text/calendar; charset=utf-8${parameter}`);
  });

  it('with line ends of any kind, and not of calendars that say two things', () => {
    const request = calendar('METHOD:REQUEST');
    expect(typeOf('a.ics', request.replaceAll('\r', ''))).toContain('method=REQUEST');
    expect(typeOf('a.ics', request + request)).toContain('method=REQUEST');
    expect(typeOf('a.ics', request + calendar('METHOD:CANCEL'))).toBe('text/calendar; charset=utf-8');
    expect(typeOf('a.ics', request + calendar())).toBe('text/calendar; charset=utf-8');
  });

  it('in an encoding that is not known too', () => {
    const content = Buffer.from(calendar('METHOD:REQUEST', 'SUMMARY:Grüße'), 'latin1');
    expect(typeOf('a.ics', content)).toBe('text/calendar; method=REQUEST');
  });
});
