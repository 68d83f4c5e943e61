/** `{% capture %}` with its content as one piece that prints nothing, so that no empty line is left where it stands. */
import { tagName } from './liquid/liquid-tags.js';
import type { TextWords, Word } from './liquid/text-words.js';
import type { TextNode } from './text-node.js';

/** @param print lays out what is captured. */
export function foldCaptures(
  node: TextNode,
  words: TextWords,
  print: (nodes: readonly TextNode[]) => string,
): void {
  for (const child of node.children) foldCaptures(child, words, print);
  const open: number[] = [];
  const kept: TextNode[] = [];
  for (const child of node.children) {
    kept.push(child);
    if (isTag(child.word, 'capture')) open.push(kept.length - 1);
    if (child.word === undefined || !isEnd(child.word)) continue;
    const start = open.pop();
    if (start === undefined) continue;
    const captured = kept.splice(start);
    const liquid = `${captured[0]?.word?.liquid}${contentOf(captured.slice(1, -1), words, print)}${child.word.liquid}`;
    const word = words.make(liquid, 'sets', true);
    kept.push({ type: 'text', data: word.text, word, parent: node, children: [] });
  }
  node.children = kept;
}

/** One tag, and not a whole block that is a word already. */
function isTag(word: Word | undefined, name: string): boolean {
  return word !== undefined && tagName(word.liquid) === name && !word.liquid.includes('{%', 2);
}

/** The end tag of the template, with the HTML before it or without. */
function isEnd({ liquid }: Word): boolean {
  return /^\{%-?\s*(?:endcapture|markup)\b/.test(liquid);
}

/** White space at the ends is a part of the value; of any length, it is a blank to readers. */
function contentOf(
  nodes: readonly TextNode[],
  words: TextWords,
  print: (nodes: readonly TextNode[]) => string,
): string {
  const text = words.restore(print(nodes).trim());
  const before = /^\s/.test(nodes[0]?.data ?? '') ? ' ' : '';
  const after = /\s$/.test(nodes.at(-1)?.data ?? '') ? ' ' : '';
  return text === '' ? before : before + text + after;
}
