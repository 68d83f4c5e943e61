interface Expression {
  readonly source: string;
  readonly flags: string;
}

export interface Attack {
  /** The text, in which some parts are repeated. */
  readonly string: string;
  readonly pattern: string;
  readonly pumps: readonly { readonly prefix: string; readonly pump: string; readonly bias: number }[];
  readonly suffix: string;
}

export const verdictsFile: string;
export function readVerdicts(): Map<string, string>;
export function printExpression(expression: Expression): string;
export function checkExpression(
  expression: Expression,
  timeoutMs: number,
): { readonly verdict: string; readonly attack?: Attack };
