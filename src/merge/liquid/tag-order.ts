/**
 * Whether what a compiler made of a template still has its Liquid tags where they were: each in its block, blocks whole, and what
 * changes values once and in its order. A block that changes none may come in another place or several times, as MJML writes
 * one attribute into several: it decides the same everywhere.
 */
import type { LiquidToken } from './liquid-protection.js';
import { isControl, isStateful, roleOf } from './liquid-tags.js';

export interface Misplaced {
  readonly token: LiquidToken;
  readonly fault: 'lost' | 'moved' | 'repeated';
}

interface Block {
  readonly parent: Block | undefined;
  readonly tags: LiquidToken[];
  changesValues: boolean;
}

/**
 * @param written all Liquid of the template, in its order, without what may be left out.
 * @param compiled the Liquid of what was made of it.
 * @returns the first that is not where it was.
 */
export function findMisplaced(
  written: readonly LiquidToken[],
  compiled: readonly LiquidToken[],
): Misplaced | undefined {
  const found = new Set(compiled);
  const lost = written.find(token => isControl(token) && !found.has(token));
  if (lost !== undefined) return { token: lost, fault: 'lost' };
  const blockOf = readBlocks(written);
  return (
    findDisorder(written, compiled, blockOf) ?? findSplit(compiled, blockOf) ?? findPassed(written, compiled)
  );
}

function readBlocks(written: readonly LiquidToken[]): ReadonlyMap<LiquidToken, Block> {
  const blocks = new Map<LiquidToken, Block>();
  let open: Block | undefined;
  for (const token of written) {
    const role = roleOf(token);
    if (role === 'opens') open = { parent: open, tags: [], changesValues: false };
    if (open === undefined) continue;
    if (role === 'opens' || role === 'divides' || role === 'ends') {
      open.tags.push(token);
      blocks.set(token, open);
    }
    if (role === 'ends') open = open.parent;
    if (!isStateful(token)) continue;
    for (let around = open; around !== undefined; around = around.parent) around.changesValues = true;
  }
  return blocks;
}

/** Tags that change values, and the blocks around them. */
function findDisorder(
  written: readonly LiquidToken[],
  compiled: readonly LiquidToken[],
  blockOf: ReadonlyMap<LiquidToken, Block>,
): Misplaced | undefined {
  const isFixed = (token: LiquidToken) => isStateful(token) || blockOf.get(token)?.changesValues === true;
  const wanted = written.filter(isFixed);
  const seen = new Set<LiquidToken>();
  for (const [index, token] of compiled.filter(isFixed).entries()) {
    if (seen.has(token)) return { token, fault: 'repeated' };
    if (token !== wanted[index]) return { token, fault: 'moved' };
    seen.add(token);
  }
  return undefined;
}

/** Tags of one block among those of another, and blocks in another block than before. */
function findSplit(
  compiled: readonly LiquidToken[],
  blockOf: ReadonlyMap<LiquidToken, Block>,
): Misplaced | undefined {
  const open: { readonly block: Block; next: number }[] = [];
  for (const token of compiled) {
    const block = blockOf.get(token);
    if (block === undefined) continue;
    if (token === block.tags[0]) {
      if (block.parent !== undefined && block.parent !== open.at(-1)?.block) return { token, fault: 'moved' };
      open.push({ block, next: 1 });
      continue;
    }
    const innermost = open.at(-1);
    if (innermost?.block !== block || token !== block.tags[innermost.next]) return { token, fault: 'moved' };
    innermost.next += 1;
    if (innermost.next === block.tags.length) open.pop();
  }
  const unfinished = open.at(-1);
  const missing = unfinished?.block.tags[unfinished.next];
  return missing === undefined ? undefined : { token: missing, fault: 'moved' };
}

/** Liquid that names what a tag sets, on the other side of a tag that changes values. */
function findPassed(
  written: readonly LiquidToken[],
  compiled: readonly LiquidToken[],
): Misplaced | undefined {
  const names = new Set(written.filter(isStateful).flatMap(({ liquid }) => namesSetBy(liquid)));
  if (names.size === 0) return undefined;
  const isReader = (token: LiquidToken) =>
    !isStateful(token) && (token.liquid.match(/[\w-]+/g) ?? []).some(word => names.has(word));
  const before = new Map(countStateful(written));
  for (const [token, count] of countStateful(compiled)) {
    if (isReader(token) && before.get(token) !== count) return { token, fault: 'moved' };
  }
  return undefined;
}

function namesSetBy(liquid: string): readonly string[] {
  return [...liquid.matchAll(/\b(?:assign|capture|increment|decrement)\s+["']?([\w-]+)/g)].map(
    ([, name = '']) => name,
  );
}

/** How many tags that change values stand before each piece. */
function* countStateful(tokens: readonly LiquidToken[]): Generator<[LiquidToken, number], void, void> {
  let count = 0;
  for (const token of tokens) {
    yield [token, count];
    if (isStateful(token)) count += 1;
  }
}
