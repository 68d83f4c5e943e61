/** Tags of Liquid by their names, as far as those who move them between elements have to know. */

/** @returns undefined for an output, a whole comment, a comment line (`{% # … %}`) and text in `{% raw %}`. */
export function tagName(liquid: string): string | undefined {
  if (/\{%-?\s*endcomment\s*-?%\}$/.test(liquid) && /^\{%-?\s*comment\b/.test(liquid)) return undefined;
  const [, name] = /^\{%-?\s*(\w+)/.exec(liquid) ?? [];
  return name === 'raw' ? undefined : name;
}

const opening = new Set(['if', 'unless', 'case', 'for', 'tablerow', 'capture', 'comment']);
const middle = new Set(['else', 'elsif', 'elseif', 'when', 'break', 'continue']);

/** Where a tag stands in its block: `{% if %}`, `{% else %}`, `{% endif %}`. */
export function blockPart(name: string | undefined): 'opens' | 'divides' | 'closes' | undefined {
  if (name === undefined) return undefined;
  if (opening.has(name)) return 'opens';
  if (middle.has(name)) return 'divides';
  return name.startsWith('end') ? 'closes' : undefined;
}

const printing = new Set(['echo', 'increment', 'decrement', 'cycle', 'liquid', 'tablerow', 'endtablerow']);

/** Whether the tag leaves words in a copy, as an output does. */
export function printsWords(liquid: string): boolean {
  if (!liquid.startsWith('{%')) return true;
  return printing.has(tagName(liquid) ?? (/^\{%-?\s*raw\b/.test(liquid) ? 'echo' : ''));
}
