/** All regular expressions of the sources, found in their syntax trees. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@babel/parser';

const root = join(import.meta.dirname, '../..');

export function regularExpressionsOfSources() {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter(name => /\.tsx?$/.test(name))
    .sort()
    .flatMap(name => {
      const file = `src/${name.replaceAll('\\', '/')}`;
      return findRegularExpressions(readFileSync(join(root, file), 'utf8'), file);
    });
}

/** In literals, and in `RegExp(…)` and `new RegExp(…)`, of constants as far as they can be read; `source` is undefined otherwise. */
export function findRegularExpressions(text, file) {
  const plugins = file.endsWith('x') ? ['typescript', 'jsx'] : ['typescript'];
  const { program } = parse(text, { sourceType: 'module', plugins });
  const constants = new Map(program.body.flatMap(constantsOf));
  const found = [];
  const visit = node => {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      node.forEach(visit);
      return;
    }
    const line = node.loc?.start.line;
    if (node.type === 'RegExpLiteral') found.push({ file, line, source: node.pattern, flags: node.flags });
    const isMade = node.type === 'NewExpression' || node.type === 'CallExpression';
    if (isMade && node.callee.type === 'Identifier' && node.callee.name === 'RegExp') {
      const [source, flags] = node.arguments;
      found.push({
        file,
        line,
        source: textOf(source, constants),
        flags: flags === undefined ? '' : (textOf(flags, constants) ?? ''),
      });
    }
    for (const [key, child] of Object.entries(node)) {
      if (key !== 'loc' && !key.endsWith('omments')) visit(child);
    }
  };
  visit(program);
  return found;
}

function constantsOf(statement) {
  const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
  if (declaration?.type !== 'VariableDeclaration' || declaration.kind !== 'const') return [];
  return declaration.declarations.map(({ id, init }) => [id.name, init]);
}

/** Of texts put together from constants; undefined for anything else. */
function textOf(node, constants) {
  switch (node?.type) {
    case 'StringLiteral':
      return node.value;
    case 'Identifier':
      return textOf(constants.get(node.name), constants);
    case 'BinaryExpression':
      return node.operator === '+' ? whole([node.left, node.right], constants, '') : undefined;
    case 'TemplateLiteral': {
      const parts = node.quasis.flatMap((quasi, index) => [
        { type: 'StringLiteral', value: quasi.value.cooked },
        ...node.expressions.slice(index, index + 1),
      ]);
      return whole(parts, constants, '');
    }
    case 'CallExpression': {
      const { object, property } = node.callee;
      const list = object?.type === 'Identifier' ? constants.get(object.name) : object;
      if (property?.name !== 'join' || list?.type !== 'ArrayExpression') return undefined;
      return whole(list.elements, constants, textOf(node.arguments[0], constants));
    }
    default:
      return undefined;
  }
}

function whole(nodes, constants, separator) {
  const values = nodes.map(node => textOf(node, constants));
  return values.includes(undefined) || separator === undefined ? undefined : values.join(separator);
}
