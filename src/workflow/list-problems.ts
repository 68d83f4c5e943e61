import { type Place, Problem } from '../problem.js';
import { RowNumbers } from '../recipients/row-numbers.js';

/** A name or a row that is nobody. */
export interface NamedProblem {
  /** undefined: typed by hand. */
  readonly list: string | undefined;
  readonly problem: Problem;
}

/** More sentences than anybody reads, and a few hundred kilobytes. */
const toldOneByOne = 1_000;

/**
 * What is wrong with the rows of lists of any length: the first thousand faults in their own words; of those after them
 * what to do and the numbers of their rows, by kind. No row is forgotten.
 */
export class ListProblems {
  readonly #told: NamedProblem[] = [];
  readonly #more = new Map<string, NamedProblem & { readonly rows: RowNumbers }>();

  add(named: NamedProblem): void {
    const { list, problem } = named;
    const row = problem.where;
    if (list === undefined || row?.line === undefined || this.#told.length < toldOneByOne) {
      this.#told.push(named);
    } else {
      this.#addRow(named, row);
    }
  }

  #addRow(named: NamedProblem, row: Place): void {
    const { list, problem } = named;
    const kind = JSON.stringify([list, problem.code, problem.fix]);
    const group = this.#more.get(kind) ?? { ...named, rows: new RowNumbers() };
    group.rows.addPlace(row);
    this.#more.set(kind, group);
  }

  all(): readonly NamedProblem[] {
    const more = [...this.#more.values()].map(({ list, problem: { code, where, fix }, rows }) => ({
      list,
      problem: new Problem(
        code,
        `${rows.count} more ${rows.count === 1 ? 'row has such a fault' : 'rows have such faults'}: ${rows.print()}`,
        { where, rows: rows.rows(), fix },
      ),
    }));
    return [...this.#told, ...more];
  }
}

/** The rows it is about; several problems may be about one. */
export function linesOf({ where, rows }: Problem): readonly (number | undefined)[] {
  return rows.length > 0 ? rows.flatMap(({ lines }) => lines) : [where?.line];
}
