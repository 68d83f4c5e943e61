import { describe, expect, it } from 'vitest';
import { FetchLines } from '../../src/store/sqlite/fetch-lines.js';

const rest = (...values: readonly unknown[]) => JSON.stringify(values);
const agents = new Map([[7, 'Mozilla/5.0 (via ggpht.com GoogleImageProxy)']]);

describe('a fetch as a line of text', () => {
  it('has every column of its row', () => {
    const lines = new FetchLines(id => agents.get(id));
    const line = `281474976710655 2026-11-30T10:00:07.045Z ${rest(1, 7, 'image-proxy', 0.9, 'google', '203.0.113.0/24')}`;
    expect(lines.read(line, 5)).toEqual({
      emailNumber: 5,
      recipientNumber: 281_474_976_710_655,
      fetchedAt: Date.parse('2026-11-30T10:00:07.045Z'),
      method: 'HEAD',
      userAgent: 'Mozilla/5.0 (via ggpht.com GoogleImageProxy)',
      kind: 'image-proxy',
      confidence: 0.9,
      rule: 'google',
      network: '203.0.113.0/24',
    });
  });

  it.each([
    ['of the next minute', '2026-11-30T10:01:00.000Z'],
    ['of the same minute a year later', '2027-11-30T10:00:07.045Z'],
    ['without milliseconds', '2026-11-30T10:00:07Z'],
    ['with an offset', '2026-11-30T10:00:07+01:00'],
  ])('has its own time behind another: %s', (_, at) => {
    const lines = new FetchLines(() => undefined);
    const line = (time: string) => `1 ${time} ${rest(0, null, 'human', 0.9, 'browser', '')}`;
    lines.read(line('2026-11-30T10:00:07.045Z'), 5);
    expect(lines.read(line(at), 5).fetchedAt).toBe(Date.parse(at));
  });

  it('keeps apart what differs in its reading alone', () => {
    const lines = new FetchLines(id => agents.get(id));
    const texts = [
      rest(0, 7, 'human', 0.9, 'browser', ''),
      rest(0, 7, 'human', 0.8, 'browser', ''),
      rest(0, null, 'human', 0.9, 'browser', ''),
      rest(0, 7, 'human', 0.9, 'a rule\n7 2026-11-30T10:00:07.045Z of "two lines"', ''),
    ];
    const read = [...texts, ...texts].map(text => lines.read(`1 2026-11-30T10:00:07.045Z ${text}`, 5));
    expect(read.slice(0, 4).map(({ userAgent, confidence, rule }) => [userAgent, confidence, rule])).toEqual([
      [agents.get(7), 0.9, 'browser'],
      [agents.get(7), 0.8, 'browser'],
      ['', 0.9, 'browser'],
      [agents.get(7), 0.9, 'a rule\n7 2026-11-30T10:00:07.045Z of "two lines"'],
    ]);
    expect(read.slice(4)).toEqual(read.slice(0, 4));
  });

  it('has no user agent when the number is not known any more', () => {
    const line = `1 2026-11-30T10:00:07.045Z ${rest(0, 8, 'human', 0.9, 'browser', '')}`;
    expect(new FetchLines(id => agents.get(id)).read(line, 5).userAgent).toBe('');
  });
});
