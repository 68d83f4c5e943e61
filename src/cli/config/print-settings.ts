import { wrap } from '../../terminal/wrap.js';
import { type Setting, settings } from './settings.js';

const width = 100;

/** Every setting there is, by the table of the file it stands in: its name, and what it says. */
export function settingLines(): readonly string[] {
  const names = settings.map(({ key }) => nameIn(key));
  const indent = ' '.repeat(Math.max(...names.map(({ length }) => length)) + 4);
  const lines: string[] = [];
  let table = '';
  for (const setting of settings) {
    const { key } = setting;
    if (tableOf(key) !== table) {
      table = tableOf(key);
      lines.push(`  [${table}]`);
    }
    const [first = '', ...rest] = wrap(descriptionOf(setting), width - indent.length);
    lines.push(`  ${nameIn(key)}`.padEnd(indent.length) + first, ...rest.map(line => indent + line));
  }
  return lines;
}

function tableOf(key: string): string {
  return key.includes('.') ? key.slice(0, key.indexOf('.')) : '';
}

function nameIn(key: string): string {
  return key.slice(key.indexOf('.') + 1);
}

function descriptionOf({ says, environment, unused }: Setting): string {
  const variable = environment === undefined ? '' : ` (${environment})`;
  return `${says}${variable}${unused === true ? '; not heeded yet' : ''}`;
}
