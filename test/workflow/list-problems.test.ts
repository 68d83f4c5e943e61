import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/problem.js';
import { problemJson } from '../../src/terminal/problem-view.js';
import { ListProblems, linesOf } from '../../src/workflow/list-problems.js';

function problemsOf(rows: number, kinds = 1): ListProblems {
  const problems = new ListProblems();
  for (let row = 0; row < rows; row += 1) {
    const problem = new Problem('list-row', `fault ${row}`, {
      where: { file: 'people.csv', line: row + 2 },
      fix: `Correct ${row % kinds}.`,
    });
    problems.add({ list: 'people.csv', problem });
  }
  return problems;
}

describe('the problems of a list', () => {
  it('are told one by one as long as somebody may read them', () => {
    const all = problemsOf(1_000).all();
    expect(all).toHaveLength(1_000);
    expect(all.every(({ problem }) => problem.rows.length === 0)).toBe(true);
  });

  it('are told by kind after the first thousand, with the number of every row', () => {
    const all = problemsOf(100_000, 2).all();
    expect(all).toHaveLength(1_002);
    const [{ problem } = { problem: undefined }] = all.slice(1_000);
    expect(problem?.message).toBe(
      `49500 more rows have such faults: ${[1002, 1004, 1006, 1008, 1010, 1012, 1014, 1016]
        .map(line => `people.csv:${line}`)
        .join(', ')} and 49492 more`,
    );
    expect([problem?.code, problem?.fix, problem?.where]).toEqual([
      'list-row',
      'Correct 0.',
      { file: 'people.csv', line: 1_002 },
    ]);
    const lines = all.flatMap(one => linesOf(one.problem));
    expect(lines.toSorted((a = 0, b = 0) => a - b)).toEqual(
      Array.from({ length: 100_000 }, (_, row) => row + 2),
    );
  });

  it('name every row to a machine', () => {
    const { error } = JSON.parse(
      problemJson(
        problemsOf(1_003)
          .all()
          .map(({ problem }) => problem),
      ),
    ) as {
      error: { problems: { rows?: unknown }[] };
    };
    expect(error.problems.at(-1)?.rows).toEqual([{ file: 'people.csv', lines: [1_002, 1_003, 1_004] }]);
    expect(error.problems[0]).not.toHaveProperty('rows');
  });

  it('typed by hand are never folded', () => {
    const problems = problemsOf(1_000);
    problems.add({ list: undefined, problem: new Problem('address-syntax', '--to: x') });
    expect(problems.all().at(-1)?.problem.message).toBe('--to: x');
  });
});
