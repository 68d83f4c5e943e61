/** The words of an expression of Liquid, up to its first filter. liquidjs stops at a word that it does not expect, and says nothing. */

export interface ExpressionWord {
  readonly kind: 'operand' | 'comparison' | 'logic' | 'not' | 'comma' | 'other';
  readonly text: string;
}

/** @param expression `name == "Ann" or vip`. */
export function* expressionWords(expression: string): Generator<ExpressionWord, void, void> {
  for (let at = 0; at < expression.length; ) {
    at = match(blanks, expression, at) ?? at;
    if (at === expression.length || (expression[at] === '|' && expression[at + 1] !== '|')) return;
    const end = endOfWord(expression, at);
    const text = expression.slice(at, end);
    yield { kind: kindOf(text), text };
    at = end;
  }
}

function kindOf(text: string): ExpressionWord['kind'] {
  if (text === ',') return 'comma';
  if (/^(?:and|or)$/.test(text)) return 'logic';
  if (text === 'not') return 'not';
  if (/^(?:==|!=|<=|>=|<|>|contains)$/.test(text)) return 'comparison';
  return /^(?:[\p{L}\p{N}_[(-]|(["']).*\1$)/su.test(text) && !/^--?$/.test(text) ? 'operand' : 'other';
}

function endOfWord(expression: string, start: number): number {
  const letter = expression[start] as string;
  if (letter === '"' || letter === "'") return endOfString(expression, start);
  if (letter === '(') return endOfBrackets(expression, start, ')');
  if (letter === ',') return start + 1;
  const sign = match(signs, expression, start);
  if (sign !== undefined) return sign;
  if (letter !== '[' && match(beginsName, expression, start) === undefined)
    return match(notBlank, expression, start) ?? start + 1;
  // A field, with the fields in it: `order.items[0]["First name"]`.
  let at = start;
  for (;;) {
    const name = match(nameParts, expression, at);
    if (name !== undefined) at = name;
    else if (expression[at] === '[') at = endOfBrackets(expression, at, ']');
    else return at;
  }
}

const blanks = /\s+/y;
const signs = /==+|!==?|<=|>=|<>|=~|~=|&&|\|\||[<>=!]/y;
const beginsName = /[\p{L}\p{N}_-]/uy;
const nameParts = /[\p{L}\p{N}_-]+\??(?:\.(?=[\p{L}\p{N}_[]))?|\.(?=[\p{L}\p{N}_[])/uy;
const notBlank = /[^\s|]+/y;

function match(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function endOfString(expression: string, start: number): number {
  for (let at = start + 1; at < expression.length; at += 1) {
    if (expression[at] === '\\') at += 1;
    else if (expression[at] === expression[start]) return at + 1;
  }
  return expression.length;
}

function endOfBrackets(expression: string, start: number, closing: string): number {
  let depth = 0;
  for (let at = start; at < expression.length; at += 1) {
    const letter = expression[at];
    if (letter === '"' || letter === "'") at = endOfString(expression, at) - 1;
    else if (letter === expression[start]) depth += 1;
    else if (letter === closing) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return expression.length;
}
