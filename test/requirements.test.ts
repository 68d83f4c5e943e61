/** docs/requirements.md names a test for each rule: it has to be there. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface Row {
  readonly label: string;
  readonly rule: string;
  readonly tests: readonly { readonly file: string; readonly names: readonly string[] }[];
}

const rows = readFileSync('docs/requirements.md', 'utf8')
  .split('\n')
  .filter(line => /^\| M\d+ \|/.test(line))
  .map((line): Row => {
    const [, label = '', rule = '', , heldBy = ''] = line.split('|').map(cell => cell.trim());
    const tests = [...heldBy.matchAll(/`([^`]+)` (“[^”]+”(?:, “[^”]+”)*)/g)].map(
      ([, file = '', names = '']) => ({
        file: `test/${file}`,
        names: [...names.matchAll(/“([^”]+)”/g)].map(([, name = '']) => name),
      }),
    );
    return { label, rule, tests };
  });

it('has a rule of each number', () => {
  expect(rows.map(({ label }) => label)).toEqual(Array.from({ length: 30 }, (_, index) => `M${index + 1}`));
});

it.each(rows.map(row => [row.label, row] as const))(
  '%s is held by tests that are there, or not built',
  (_, row) => {
    if (row.tests.length === 0) expect(row.rule).toMatch(/^Not built: /);
    for (const { file, names } of row.tests) {
      const source = readFileSync(file, 'utf8');
      for (const name of names) expect(source, `${file}: ${name}`).toContain(name);
    }
  },
);
