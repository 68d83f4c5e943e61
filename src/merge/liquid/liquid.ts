import type { Liquid as Engine, Template } from 'liquidjs';
import { type Place, Problem } from '../../problem.js';
import { boundSearches } from './bounded-searches.js';
import { captureBoth } from './captured-markup.js';
import { compareCases, operators } from './comparisons.js';
import { countRounds, mostRounds, TooManyRounds } from './counted-loops.js';
import { echoAsPrinted } from './echo-tag.js';
import { registerEscapingFilters } from './escaping-filters.js';
import { Liquid, Context as LiquidContext, TypeGuards } from './liquidjs.js';
import {
  createLocaleFilters,
  defaultLocale,
  type LocaleSettings,
  UnreadableValue,
} from './locale-filters.js';
import { captureMarkup, keepMarkup, printEscaped } from './markup.js';
import { dialectFix } from './other-dialects.js';
import { type Fill, readPlainOutputs } from './plain-outputs.js';
import { keepBrokenTexts } from './text-breaks.js';
import { keepTextMarkup, printText } from './text-markup.js';
import { registerTextTags } from './text-tags.js';

/**
 * The merge language: Liquid, strict. Two engines, since a value is escaped in HTML and left as it is in text and
 * header fields. Neither can read a file; both stop a template that runs away, by what it does and never by how long that takes: the
 * same template is refused on every machine.
 */
const limits = { parseLimit: 2_000_000, memoryLimit: 20_000_000 };
const strict = {
  strictVariables: true,
  strictFilters: true,
  // `{{ name | default: "there" }}` and `{% if name %}` may ask for what a recipient does not have.
  lenientIf: true,
  ownPropertyOnly: true,
  // Asked of the machine otherwise, which takes a while; nothing of ours depends on it.
  locale: defaultLocale,
  // An empty map instead of a file system: a template names no other file.
  templates: {},
};

export interface Engines {
  readonly html: Engine;
  readonly text: Engine;
}

/** One pair per email, since its date and language are in the filters. */
export function createEngines(settings: LocaleSettings): Engines {
  const filters = Object.entries(createLocaleFilters(settings));
  const create = (context: 'html' | 'text', options: ConstructorParameters<typeof Liquid>[0]) => {
    const engine = new Liquid({ ...limits, ...strict, operators, ...options });
    for (const [name, filter] of filters) engine.registerFilter(name, filter);
    boundSearches(engine);
    if (context === 'html') keepMarkup(engine);
    else keepBrokenTexts(engine);
    registerEscapingFilters(engine, context);
    // A copy made again has to be the same.
    engine.unregisterFilter('sample');
    // Not even by a name that a value gives: those are looked up when it is too late to name a place.
    for (const tag of ['include', 'render', 'layout', 'block']) delete engine.tags[tag];
    countRounds(engine);
    compareCases(engine);
    return engine;
  };
  const html = create('html', { outputEscape: printEscaped });
  captureMarkup(html);
  echoAsPrinted(html, printEscaped as (value: unknown) => string);
  const text = create('text', { outputEscape: printText });
  keepTextMarkup(text, html);
  captureBoth(text, html);
  echoAsPrinted(text, printText);
  registerTextTags(text);
  return { html, text };
}

/** To see whether a template parses and what it asks for, which no date and no language changes. */
const plainEngines = createEngines({ locale: defaultLocale, date: 'Thu, 1 Jan 1970 00:00:00 +0000' });

export type Context = keyof Engines;

/** Values by field name. Without a prototype, so that `toString` and `constructor` are unknown fields. */
export type Scope = Readonly<Record<string, string>>;

export interface LiquidText {
  readonly context: Context;
  readonly engine: Engine;
  readonly templates: Template[];
  /** In place of the engine, for what needs none; asked for when the first copy is made. */
  fill(): Fill | undefined;
  /** It has counters, which the engine keeps among the values. */
  readonly isCounting: boolean;
}

/** Where the text came from, so that an error names a place the user wrote. */
export interface Origin {
  readonly place: Place;
  /** Lines of the file before the text. */
  readonly lineOffset: number;
  /** Of text put together from several files: where a line and column of it were written. */
  readonly locate?: (line: number, column: number) => Place;
}

function placeAt({ place, lineOffset, locate }: Origin, line: number, column: number): Place {
  return locate?.(line, column) ?? { ...place, line: line + lineOffset, column };
}

/** @throws Problem `template-syntax` with file, line and column. */
export function parseLiquid(
  context: Context,
  source: string,
  origin: Origin,
  engines: Engines = plainEngines,
): LiquidText {
  try {
    const engine = engines[context];
    const templates = engine.parse(source);
    const isCounting = /\b(?:in|de)crement\b/.test(source);
    return { context, engine, templates, fill: once(() => readPlainOutputs(context, source)), isCounting };
  } catch (error) {
    throw liquidProblem('template-syntax', error, origin);
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/**
 * The fields the text asks for, each with the place of its first use.
 * @throws Problem `template-syntax` when it cannot be read that far.
 */
export function fieldsOf(text: LiquidText, origin: Origin): ReadonlyMap<string, Place> {
  const fields = new Map<string, Place>();
  for (const [name, uses] of Object.entries(analyze(text, origin))) {
    const first = uses[0]?.location;
    fields.set(name, first === undefined ? origin.place : placeAt(origin, first.row, first.col));
  }
  return fields;
}

function analyze(text: LiquidText, origin: Origin) {
  try {
    return text.engine.analyzeSync(withoutRepeated(text.templates)).globals;
  } catch (error) {
    throw liquidProblem('template-syntax', error, origin);
  }
}

/** An output that stands outside of blocks a second time asks for nothing new; the engine looks for the line of each. */
function withoutRepeated(templates: readonly Template[]): Template[] {
  const outputs = new Set<string>();
  return templates.filter(({ token }) => {
    if (TypeGuards.isHTMLToken(token)) return false;
    if (!TypeGuards.isOutputToken(token)) return true;
    const written = token.getText();
    const isNew = !outputs.has(written);
    outputs.add(written);
    return isNew;
  });
}

/** A field the recipient lacks is reported by its name alone; the caller knows the place and the recipient. */
export type Rendered =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly missingField: string }
  | {
      readonly ok: false;
      readonly missingField: undefined;
      /** Behind "the copy", when it is endless. */
      readonly why: string;
      readonly isEndless: boolean;
    }
  | { readonly ok: false; readonly missingField: undefined; readonly unreadable: UnreadableValue };

export function renderLiquid(text: LiquidText, scope: Scope): Rendered {
  const fill = text.fill();
  return fill === undefined ? render(text, scope) : fill(scope);
}

/** Tags, outputs and texts between them, those of a loop each time. The largest template has half of it. */
const mostSteps = 1_000_000;
/** Made when they are needed: Node loads its tables of languages for the first number it groups, which takes 25 ms. */
const tooManySteps = () => `takes more than ${mostSteps.toLocaleString('en')} steps to render`;
const tooManyRounds = () =>
  `repeats the parts of its loops more than ${mostRounds.toLocaleString('en')} times`;
const tooLarge = 'makes more than 20 MB of texts and lists';

class TooManySteps extends Error {}

/** The engine asks before each step whether its time is over. */
function countSteps(): { readonly check: () => void } {
  let steps = 0;
  return {
    check() {
      steps += 1;
      if (steps > mostSteps) throw new TooManySteps();
    },
  };
}

function render(text: LiquidText, scope: Scope): Rendered {
  try {
    // Every part counts from the beginning.
    const values = text.isCounting ? Object.assign(Object.create(null), scope) : scope;
    const context = new LiquidContext(values, text.engine.options, { sync: true }, { liquid: text.engine });
    Object.assign(context, { renderLimit: countSteps() });
    return { ok: true, text: text.engine.renderSync(text.templates, context) as string };
  } catch (error) {
    const original = (error as { originalError?: { variableName?: string } }).originalError;
    if (original instanceof UnreadableValue)
      return { ok: false, missingField: undefined, unreadable: original };
    if (original?.variableName !== undefined) return { ok: false, missingField: original.variableName };
    const limit = limitOf(error, original);
    if (limit !== undefined) return { ok: false, missingField: undefined, why: limit, isEndless: true };
    return { ok: false, missingField: undefined, why: firstLine(error), isEndless: false };
  }
}

/** The limit that was reached, behind "the copy"; undefined: it is another error. */
function limitOf(error: unknown, original: unknown): string | undefined {
  if (error instanceof TooManySteps || original instanceof TooManySteps) return tooManySteps();
  if (original instanceof TooManyRounds) return tooManyRounds();
  return /^memory alloc limit exceeded/.test(firstLine(error)) ? tooLarge : undefined;
}

/** liquidjs ends its messages with `, line:1, col:7`, which counts from the text it was given, not from the file. */
function liquidProblem(code: 'template-syntax', error: unknown, origin: Origin): Problem {
  const [line, column] = positionOf(error);
  if (/undefined filter: sample\b/.test(firstLine(error))) {
    return new Problem(code, 'the filter sample picks at random, and a copy made again has to be the same', {
      where: placeAt(origin, line, column),
      fix: 'Choose by a field of the list.',
      cause: error,
    });
  }
  if (/^parse length limit exceeded/.test(firstLine(error))) {
    return new Problem(code, 'it compiles to more than 2 MB', {
      where: { file: origin.place.file },
      fix: 'Leave out sections, or styles that are repeated: Gmail cuts messages off at 102 KB.',
      cause: error,
    });
  }
  const isOtherFile = /^tag "(?:include|render|layout|block)" not found/.test(firstLine(error));
  return new Problem(code, isOtherFile ? 'include, render and layout are not available' : firstLine(error), {
    where: placeAt(origin, line, column),
    fix: isOtherFile
      ? 'Put the other file’s text into the template itself.'
      : dialectFix(firstLine(error), {
          filters: Object.keys(plainEngines.text.filters),
          tags: Object.keys(plainEngines.text.tags),
        }),
    cause: error,
  });
}

function positionOf(error: unknown): readonly [number, number] {
  const token = (error as { token?: { getPosition?: () => number[] } }).token;
  const [line = 1, column = 1] = token?.getPosition?.() ?? [];
  return [line, column];
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n', 1)[0] ?? message).replace(/, line:\d+, col:\d+$/, '');
}
