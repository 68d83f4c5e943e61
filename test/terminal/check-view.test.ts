import { expect, it } from 'vitest';
import { checkJson, checkLines } from '../../src/terminal/check-view.js';
import { createStyle } from '../../src/terminal/style.js';

const style = createStyle({ color: false, environment: {}, isTerminal: true });
const fix = 'Write the whole address: https://…, mailto:… or tel:….';
const findings = [
  {
    severity: 'warning',
    code: 'text-part',
    what: 'the text part is empty',
    where: undefined,
    fix: 'Write it.',
  },
  {
    severity: 'error',
    code: 'link',
    what: 'the link "/a" \x1b[2J',
    where: { file: 'm.md', line: 4, column: 2 },
    fix,
  },
  { severity: 'error', code: 'link', what: 'the link "/b"', where: { file: 'm.md', line: 5 }, fix },
] as const;

it('groups errors before warnings, says equal advice once, and ends with a summary', () => {
  expect(checkLines(findings, 1, { style, width: 60 })).toEqual([
    'Errors',
    '  m.md:4:2: the link "/a" \\x1b[2J [link]',
    '  m.md:5: the link "/b" [link]',
    '    Write the whole address: https://…, mailto:… or tel:….',
    '',
    'Warnings',
    '  the text part is empty [text-part]',
    '    Write it.',
    '',
    '✗ 2 errors, 1 warning in 1 copy: it cannot be sent like this',
  ]);
});

it('keeps within 40 columns where words allow it', () => {
  for (const line of checkLines(findings, 3, { style, width: 40 }).slice(0, -1))
    expect(line.length).toBeLessThanOrEqual(40);
});

it('says when there is nothing to say', () => {
  expect(checkLines([], 700, { style, width: 60 })).toEqual(['✓ nothing to object to in 700 copies']);
});

it('has the same facts as JSON', () => {
  expect(JSON.parse(checkJson(findings.slice(1, 2), undefined))).toEqual({
    schema: 'mailtrack.check/1',
    findings: [
      {
        severity: 'error',
        code: 'link',
        message: 'the link "/a" \x1b[2J',
        fix,
        file: 'm.md',
        line: 4,
        column: 2,
      },
    ],
    recipients: null,
  });
});
