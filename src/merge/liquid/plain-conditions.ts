/**
 * Conditions that ask for one field: `{% if vip %}`, `{% unless vip %}`, `{% if vip == "y" %}`, `{% elsif vip != "y" %}`. `plain-outputs.ts` decides
 * them without the engine, and as the engine does: a field that a recipient lacks is false and equals nothing.
 */

export interface Branch<Piece> {
  /** undefined: `else`. */
  readonly test: Test | undefined;
  readonly pieces: Piece[];
}

interface Test {
  readonly field: string;
  /** What the field is compared with; undefined: whether there is a value. */
  readonly text: string | undefined;
  readonly isNegated: boolean;
}

interface Choice<Piece> {
  readonly end: 'endif' | 'endunless';
  readonly branches: Branch<Piece>[];
}

/** Words that are no variables to Liquid, and names of what it asks of values. */
export const notFields: ReadonlySet<string> = new Set(
  'true false nil null empty blank and or not contains size first last'.split(' '),
);

const condition =
  /^\{%-?\s*(if|elsif|unless)\s+([A-Za-z_]\w*)\s*(?:(==|!=)\s*(?:"([^"\\{}]*)"|'([^'\\{}]*)')\s*)?-?%\}$/;
const bareTag = /^\{%-?\s*(else|endif|endunless)\s*-?%\}$/;

/** Puts pieces of a template into the branches that they stand in, tag by tag. */
export class PlainBranches<Piece> {
  readonly #top: Piece[] = [];
  readonly #open: Choice<Piece>[] = [];
  readonly #toPiece: (branches: readonly Branch<Piece>[]) => Piece;

  constructor(toPiece: (branches: readonly Branch<Piece>[]) => Piece) {
    this.#toPiece = toPiece;
  }

  put(piece: Piece): void {
    (this.#open.at(-1)?.branches.at(-1)?.pieces ?? this.#top).push(piece);
  }

  /** @returns false for every tag that needs the engine. */
  takesTag(tag: string): boolean {
    const [, bare] = bareTag.exec(tag) ?? [];
    if (bare === 'else') return this.#begin(undefined);
    if (bare !== undefined) return this.#end(bare);
    const [, name, field, operator, double, single] = condition.exec(tag) ?? [];
    if (name === undefined || field === undefined || notFields.has(field)) return false;
    const isNegated = (name === 'unless') !== (operator === '!=');
    const test = { field, text: double ?? single, isNegated };
    if (name === 'elsif') return this.#begin(test);
    const end = name === 'unless' ? 'endunless' : 'endif';
    this.#open.push({ end, branches: [{ test, pieces: [] }] });
    return true;
  }

  /** @returns undefined while a block is open. */
  pieces(): readonly Piece[] | undefined {
    return this.#open.length === 0 ? this.#top : undefined;
  }

  /** Whatever follows an `else` in the same block is the engine's. */
  #begin(test: Test | undefined): boolean {
    const branches = this.#open.at(-1)?.branches;
    if (branches?.at(-1)?.test === undefined) return false;
    branches.push({ test, pieces: [] });
    return true;
  }

  #end(tag: string): boolean {
    const choice = this.#open.pop();
    if (choice?.end !== tag) return false;
    this.put(this.#toPiece(choice.branches));
    return true;
  }
}

/** @returns undefined when no branch is taken. */
export function branchOf<Piece>(
  branches: readonly Branch<Piece>[],
  scope: Readonly<Record<string, string>>,
): Branch<Piece> | undefined {
  return branches.find(({ test }) => test === undefined || holds(test, scope));
}

function holds({ field, text, isNegated }: Test, scope: Readonly<Record<string, string>>): boolean {
  const value = scope[field];
  return (text === undefined ? value !== undefined : value === text) !== isNegated;
}
