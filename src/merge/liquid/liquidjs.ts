import { createRequire } from 'node:module';

/**
 * liquidjs, which is CommonJS, by `require`: for `import` Node starts a parser that finds out what a CommonJS file exports, and
 * for these 200 KB that takes longer than loading them.
 */
const liquidjs = createRequire(import.meta.url)('liquidjs') as typeof import('liquidjs');

/** The line and the column of a token. liquidjs goes through all letters before it, for each field that it is asked about. */
liquidjs.Token.prototype.getPosition = function positionOf(): number[] {
  let line = 1;
  let lineBegins = 0;
  for (let end = this.input.indexOf('\n'); end !== -1 && end < this.begin; ) {
    line += 1;
    lineBegins = end + 1;
    end = this.input.indexOf('\n', lineBegins);
  }
  return [line, this.begin - lineBegins + 1];
};

export const {
  CaptureTag,
  CaseTag,
  Context,
  CycleTag,
  defaultOperators,
  Drop,
  filters,
  ForTag,
  Liquid,
  Parser,
  TablerowTag,
  Tag,
  Tokenizer,
  toValue,
  TypeGuards,
  Value,
} = liquidjs;
