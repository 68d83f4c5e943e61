import { before } from '../../text-scan.js';

/**
 * The lines dotted keys stand on, `smtp.url` → 3, found by reading table headers and keys; keys of inline tables have none.
 * When a key stands there twice, its first line counts.
 */
export function readKeyLines(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  let table = '';
  for (const [index, whole] of text.split('\n').entries()) {
    const line = whole.trim();
    if (line.startsWith('[')) {
      if (line.includes(']')) table = `${bare(before(line.slice(1), ']'))}.`;
      continue;
    }
    const name = /^((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*[\w-]+)*)\s*=/.exec(line)?.[1];
    const key = name === undefined ? undefined : `${table}${bare(name)}`;
    if (key !== undefined && !lines.has(key)) lines.set(key, index + 1);
  }
  return lines;
}

function bare(name: string): string {
  return name.replaceAll(/["'\s]/g, '');
}
