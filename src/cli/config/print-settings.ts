import { type Setting, settings } from './settings.js';

/** Every setting there is, a line each, by the table of the file it stands in: its name, and what it says. */
export function settingLines(): readonly string[] {
  const names = settings.map(({ key }) => nameIn(key));
  const widest = Math.max(...names.map(({ length }) => length));
  const lines: string[] = [];
  let table = '';
  for (const setting of settings) {
    const { key } = setting;
    if (tableOf(key) !== table) {
      table = tableOf(key);
      lines.push(`  [${table}]`);
    }
    lines.push(`    ${nameIn(key).padEnd(widest)}  ${descriptionOf(setting)}`);
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
  return `${says}${variable}${unused === true ? '; not used yet' : ''}`;
}
