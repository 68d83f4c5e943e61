/** The small mistakes that can be put into a source file: each is a place and the text that stands there instead. */
import { parse } from '@babel/parser';

const others = {
  '===': ['!=='],
  '!==': ['==='],
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '&&': ['||'],
  '||': ['&&'],
};
/** Methods without which a value is only less prepared. */
const preparing = new Set(['toLowerCase', 'toUpperCase', 'trim', 'sort', 'reverse', 'slice', 'filter']);
const opposite = { min: 'max', max: 'min', floor: 'ceil', ceil: 'floor', some: 'every', every: 'some' };

/**
 * @param {string} text of a TypeScript file.
 * @returns {{ start: number, end: number, line: number, before: string, after: string }[]} in the order of the text; `start`
 *   and `end` are offsets in characters.
 */
export function findMutants(text) {
  const { program } = parse(text, { sourceType: 'module', plugins: ['typescript', 'jsx'] });
  const found = [];
  const change = (node, after) => {
    const before = text.slice(node.start, node.end);
    if (before !== after)
      found.push({ start: node.start, end: node.end, line: node.loc.start.line, before, after });
  };
  // With its parentheses, or another operator beside it takes it apart.
  const textOf = child => {
    const own = text.slice(child.start, child.end);
    return child.extra?.parenthesized === true ? `(${own})` : own;
  };
  walk(program, [], (node, parents) => mistakesAt(node, parents, textOf, change));
  return found.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** @param {{ start: number, end: number, after: string }} mutant */
export function applyMutant(text, { start, end, after }) {
  return text.slice(0, start) + after + text.slice(end);
}

function walk(node, parents, visit) {
  // Types and imports are gone when the program runs.
  if (isType(node) || node.type.startsWith('Import')) return;
  visit(node, parents);
  const inside = [...parents, node];
  for (const [key, value] of Object.entries(node)) {
    if (key === 'typeAnnotation' || key === 'loc') continue;
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === 'string' && typeof child.start === 'number') walk(child, inside, visit);
    }
  }
}

function isType({ type }) {
  const values = ['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression', 'TSParameterProperty'];
  return type.startsWith('TS') && !values.includes(type);
}

function mistakesAt(node, parents, textOf, change) {
  const parent = parents.at(-1);
  switch (node.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
    case 'WhileStatement':
      return change(node.test, `!(${textOf(node.test)})`);
    case 'BinaryExpression':
    case 'LogicalExpression':
      return operators(node, textOf, change);
    case 'AssignmentExpression':
      if (node.operator === '??=') change(node, `${textOf(node.left)} = ${textOf(node.right)}`);
      if (node.operator === '+=') change(node, `${textOf(node.left)} -= ${textOf(node.right)}`);
      return undefined;
    case 'ExpressionStatement':
      // A call, an assignment: not done.
      return node.expression.type === 'StringLiteral' ? undefined : change(node, ';');
    case 'ReturnStatement':
      return node.argument === null && parent.type === 'BlockStatement' ? change(node, ';') : undefined;
    case 'BreakStatement':
    case 'ContinueStatement':
      return parent.type === 'SwitchCase' ? undefined : change(node, ';');
    case 'UnaryExpression':
      return node.operator === '!' ? change(node, textOf(node.argument)) : undefined;
    case 'BooleanLiteral':
      return change(node, String(!node.value));
    case 'NumericLiteral':
      change(node, String(node.value + 1));
      return node.value > 1 ? change(node, String(node.value - 1)) : undefined;
    case 'StringLiteral':
      return isKey(node, parent) ? undefined : change(node, node.value === '' ? "'x'" : "''");
    case 'TemplateElement':
      return node.value.raw.trim() === '' ? undefined : change(node, '');
    case 'RegExpLiteral':
      return expressions(node, change);
    case 'CallExpression':
      return calls(node, textOf, change);
    case 'ArrayExpression':
      return swaps(node.elements, node, textOf, change);
    default:
      return undefined;
  }
}

function operators(node, textOf, change) {
  const left = textOf(node.left);
  const right = textOf(node.right);
  for (const operator of others[node.operator] ?? []) change(node, `${left} ${operator} ${right}`);
  if (node.type !== 'LogicalExpression') return;
  change(node, left);
  change(node, right);
}

function isKey(node, parent) {
  if (parent.type === 'ObjectProperty' && parent.key === node && !parent.computed) return true;
  return parent.type.startsWith('Export') || parent.type === 'JSXAttribute';
}

function expressions(node, change) {
  const { pattern, flags } = node;
  if (flags.includes('i')) change(node, `/${pattern}/${flags.replace('i', '')}`);
  if (pattern.startsWith('^')) change(node, `/${pattern.slice(1)}/${flags}`);
  if (pattern.endsWith('$')) change(node, `/${pattern.slice(0, -1)}/${flags}`);
  // One alternative of the outermost ones is forgotten.
  const alternatives = pattern.split('|');
  if (alternatives.length > 1 && !/[()[\]]/.test(pattern))
    for (const left of alternatives)
      change(node, `/${alternatives.filter(one => one !== left).join('|')}/${flags}`);
}

function calls(node, textOf, change) {
  const { callee } = node;
  // Of these two the order does not matter.
  const isEitherWay = /^Math\.(?:max|min)$/.test(textOf(callee));
  if (!isEitherWay) swaps(node.arguments, node, textOf, change);
  if (callee.type !== 'MemberExpression' || callee.computed) return;
  const { name } = callee.property;
  if (preparing.has(name)) change(node, textOf(callee.object));
  if (name in opposite) change(callee.property, opposite[name]);
}

/** Neighbours that a hand may swap. */
function swaps(nodes, whole, textOf, change) {
  const isPlain = node => node?.type === 'Identifier' || node?.type === 'MemberExpression';
  for (const [index, node] of nodes.entries()) {
    const next = nodes[index + 1];
    if (!isPlain(node) || !isPlain(next)) continue;
    const text = textOf(whole);
    const at = offset => offset - whole.start;
    change(
      whole,
      text.slice(0, at(node.start)) +
        textOf(next) +
        text.slice(at(node.end), at(next.start)) +
        textOf(node) +
        text.slice(at(next.end)),
    );
  }
}
