/**
 * The YAML of a front matter as text: each value is the words that stand there, and no number, date or "yes" is made of them.
 * YAML gives many signs a meaning that nobody writing a subject has in mind; where one would cost words, the value is refused.
 */
import type { Document, LineCounter, Node, Pair, YAMLError, YAMLMap } from 'yaml';
import { type Place, Problem } from '../problem.js';

/** One `key: value` line, or a key with a list. */
export interface FrontMatterEntry {
  readonly key: string;
  /** One, or those of a list. */
  readonly values: readonly string[];
  readonly isList: boolean;
  readonly where: Place;
}

type Yaml = typeof import('yaml');

/** Lines of the file before the YAML: the three hyphens. */
const linesBefore = 1;

/**
 * @param yaml between the lines of hyphens.
 * @throws Problem `template-syntax` with the line of the key.
 */
export async function readEntries(file: string, yaml: string): Promise<readonly FrontMatterEntry[]> {
  const library = await import('yaml');
  const lines = new library.LineCounter();
  const reader = new EntryReader(library, file, yaml, lines);
  // Of the schemas, the one that knows text alone. YAML 1.2 §10.1
  const document = reader.attempt(() =>
    // Pretty errors quote the text around each, and there may be thousands of which the first is told.
    library.parseDocument(yaml, {
      lineCounter: lines,
      schema: 'failsafe',
      logLevel: 'error',
      prettyErrors: false,
    }),
  );
  const [error] = document.errors;
  if (error !== undefined) throw reader.syntaxProblem(error);
  reader.readAliases(document);
  // Aliases of aliases are counted here.
  reader.attempt(() => document.toJS() as unknown);
  const { contents } = document;
  if (contents === null || (library.isScalar(contents) && contents.value === '')) return [];
  if (!library.isMap(contents)) {
    throw noLines({ file, line: linesBefore + 1 });
  }
  return (contents as YAMLMap<Node, Node | null>).items.map(pair => reader.entry(pair, document));
}

class EntryReader {
  readonly #anchorsInUse = new Set<string>();

  constructor(
    private readonly library: Yaml,
    private readonly file: string,
    private readonly yaml: string,
    private readonly lines: LineCounter,
  ) {}

  entry({ key, value }: Pair<Node, Node | null>, document: Document): FrontMatterEntry {
    const where = this.#placeOf(key);
    if (!this.library.isScalar(key)) throw noLines(where);
    const name = String(key.value);
    if (this.library.isSeq(value)) {
      const values = (value.items as Node[]).map(item => this.#text(name, item, document));
      return { key: name, values, isList: true, where };
    }
    return { key: name, values: [this.#text(name, value ?? key, document)], isList: false, where };
  }

  #text(key: string, node: Node, document: Document): string {
    const { isAlias, isScalar } = this.library;
    const scalar = isAlias(node) ? node.resolve(document) : node;
    if (!isScalar(scalar) || typeof scalar.value !== 'string') {
      throw this.#refuse(node, key, `"${key}" has to be one line of text`);
    }
    if (!isAlias(node)) this.#refuseLostWords(key, scalar);
    return scalar.value;
  }

  /** Signs that YAML takes out of the value. */
  #refuseLostWords(key: string, scalar: Node & { anchor?: string; type?: string; source?: string }): void {
    const { anchor, tag, type = 'PLAIN', source = '', range } = scalar;
    if (tag !== undefined && tag !== 'tag:yaml.org,2002:str')
      throw this.#refuse(scalar, key, `"${key}" begins with "!", and YAML takes the word for a tag`);
    if (anchor !== undefined && !this.#anchorsInUse.has(anchor))
      throw this.#refuse(scalar, key, `"${key}" begins with "&", and YAML takes the word for an anchor`);
    if (type !== 'PLAIN') return;
    if (source === '') {
      throw new Problem('template-syntax', `front matter: "${key}" has no value`, {
        where: this.#placeOf(scalar),
        fix: 'Write one behind the colon, "" for an empty one, or take the line out.',
      });
    }
    const [, comment] = /^[ \t]+#(.*)/.exec(this.yaml.slice(range?.[1])) ?? [];
    if (comment === undefined) return;
    // A note for whoever reads the file has a blank behind the sign. Words for readers have none: "#1", "#sale".
    if (/^(?:[ \t#]|$)/.test(comment) && key !== 'subject' && key !== 'preheader') return;
    throw this.#refuse(
      scalar,
      key,
      `" #" begins a comment, and all that is left of "${key}" is ${JSON.stringify(source)}`,
    );
  }

  readAliases(document: Document): void {
    this.library.visit(document, {
      Alias: (_, alias) => {
        this.#anchorsInUse.add(alias.source);
        if (alias.resolve(document) !== undefined) return;
        const key = this.#keyOnLine(this.lines.linePos(alias.range?.[0] ?? 0).line) ?? '';
        throw this.#refuse(alias, key, `"${key}" begins with "*", and YAML takes the word for an alias`);
      },
    });
  }

  #refuse(node: Node, key: string, why: string): Problem {
    const where = this.#placeOf(node);
    const line = (where.line ?? 1) - linesBefore;
    return new Problem('template-syntax', `front matter: ${why}`, {
      where,
      fix:
        this.#keyOnLine(line) === key ? quotesFor(key, this.#valueOnLine(line)) : 'Put the value in quotes.',
    });
  }

  /** The first error is told at the line it comes from, which may be before the one where reading ended. */
  syntaxProblem({ pos, message, code }: YAMLError): Problem {
    const at = this.lines.linePos(pos[0]);
    const why = message.replace(/ at line [\s\S]*$/, '');
    const isAboutValue = code !== 'DUPLICATE_KEY' && code !== 'TAB_AS_INDENT' && code !== 'MULTIPLE_DOCS';
    let { line } = at;
    while (isAboutValue && line > 1 && this.#keyOnLine(line) === undefined) line -= 1;
    const key = isAboutValue ? this.#keyOnLine(line) : undefined;
    const value = this.#valueOnLine(line);
    if (key === undefined || value === '') {
      return new Problem('template-syntax', `front matter: ${why}`, {
        where: { file: this.file, line: at.line + linesBefore, column: at.col },
      });
    }
    return new Problem(
      'template-syntax',
      `front matter: the value of "${key}" is not plain text: ${plainReason(why, value)}`,
      {
        where: { file: this.file, line: line + linesBefore, column: 1 },
        fix: quotesFor(key, value),
      },
    );
  }

  #keyOnLine(line: number): string | undefined {
    return /^([^\s#:"'[\]{}-][^:]*):(?:\s|$)/.exec(this.#line(line))?.[1];
  }

  #valueOnLine(line: number): string {
    return this.#line(line)
      .replace(/^[^:]*:/, '')
      .trim();
  }

  #line(line: number): string {
    return this.yaml.split(/\r?\n/)[line - 1] ?? '';
  }

  #placeOf(node: Node): Place {
    const { line, col } = this.lines.linePos(node.range?.[0] ?? 0);
    return { file: this.file, line: line + linesBefore, column: col };
  }

  /** Aliases of aliases that stand for a billion values, or brackets without end. */
  attempt<T>(read: () => T): T {
    try {
      return read();
    } catch (cause) {
      throw new Problem('template-syntax', `front matter: ${(cause as Error).message}`, {
        where: { file: this.file, line: linesBefore + 1 },
        fix: 'Write plain `key: value` lines.',
        cause,
      });
    }
  }
}

function noLines(where: Place): Problem {
  return new Problem('template-syntax', 'the front matter is not a list of `key: value` lines', { where });
}

/** In words of mail, where a value begins with a sign that means something to YAML, or has one in it. */
function plainReason(why: string, value: string): string {
  if (/^Nested mappings/.test(why)) return 'to YAML ": " in it begins another value';
  const [sign] = /^[!"#%&'*,>?@[\]`{|}-]/.exec(value) ?? [];
  return sign === undefined
    ? why
    : `YAML keeps ${sign === '"' ? "'\"'" : `"${sign}"`} at the beginning for itself`;
}

/** Longer ones would hide the advice. */
const longestShown = 60;

function quotesFor(key: string, value: string): string {
  if (value === '' || value.length > longestShown) return 'Put the value in quotes.';
  const quoted = value.includes("'") ? JSON.stringify(value) : `'${value}'`;
  return `Put the value in quotes: ${key}: ${quoted}`;
}
