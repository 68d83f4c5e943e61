import { createRequire } from 'node:module';

/**
 * liquidjs, which is CommonJS, by `require`: for `import` Node starts a parser that finds out what a CommonJS file exports, and
 * for these 200 KB that takes longer than loading them.
 */
const liquidjs = createRequire(import.meta.url)('liquidjs') as typeof import('liquidjs');

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
