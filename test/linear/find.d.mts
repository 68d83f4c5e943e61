export interface FoundExpression {
  readonly file: string;
  readonly line: number;
  /** undefined when it is put together while the program runs. */
  readonly source: string | undefined;
  readonly flags: string;
}

export function regularExpressionsOfSources(): readonly FoundExpression[];
export function findRegularExpressions(text: string, file: string): readonly FoundExpression[];
