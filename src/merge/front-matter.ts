import { Problem } from '../problem.js';
import { cellFault } from '../recipients/list-row.js';
import { isKnownLocale } from './liquid/locale-filters.js';

/** What a template says about its message, before `---`. Every key is optional. */
export interface FrontMatter {
  readonly subject?: string;
  readonly from?: string;
  readonly replyTo?: string;
  readonly preheader?: string;
  /** Of dates and numbers in the copies. */
  readonly locale?: string;
  readonly attachments: readonly string[];
  /** Columns whose cells name files for one recipient. */
  readonly attachmentColumns: readonly string[];
  /** Every other key: the value of a merge field for recipients that have none. */
  readonly defaults: ReadonlyMap<string, string>;
}

export interface SplitTemplate {
  readonly frontMatter: FrontMatter;
  readonly body: string;
  /** Lines before the body, to turn a line of the body into a line of the file. */
  readonly bodyLineOffset: number;
}

const opening = /^\uFEFF?---[ \t]*\r?\n/;
const closing = /^---[ \t]*(?:\r?\n|$)/m;

/** @throws Problem `template-syntax` when the block does not end or is not a YAML mapping of plain values. */
export async function splitFrontMatter(file: string, source: string): Promise<SplitTemplate> {
  const start = opening.exec(source);
  if (start === null) {
    return {
      frontMatter: { attachments: [], attachmentColumns: [], defaults: new Map() },
      body: source.replace(/^\uFEFF/, ''),
      bodyLineOffset: 0,
    };
  }
  const rest = source.slice(start[0].length);
  const end = closing.exec(rest);
  if (end === null) {
    throw new Problem('template-syntax', 'the front matter does not end', {
      where: { file, line: 1 },
      fix: 'Close it with a line of three hyphens.',
    });
  }
  const yaml = rest.slice(0, end.index);
  const body = rest.slice(end.index + end[0].length);
  const bodyLineOffset = source.slice(0, source.length - body.length).split('\n').length - 1;
  return { frontMatter: await readFrontMatter(file, yaml), body, bodyLineOffset };
}

async function readFrontMatter(file: string, yaml: string): Promise<FrontMatter> {
  const { LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  // Pretty errors quote the text around each, and there may be thousands of which the first is told.
  const document = attempt(file, () => parseDocument(yaml, { lineCounter: lines, prettyErrors: false }));
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    const why = error.message.replace(/ at line [\s\S]*$/, '');
    throw new Problem('template-syntax', `front matter: ${why}`, {
      where: { file, line: line + 1, column: col },
    });
  }
  const mapping: unknown = attempt(file, () => document.toJS() as unknown) ?? {};
  if (typeof mapping !== 'object' || mapping === null || Array.isArray(mapping)) {
    throw new Problem('template-syntax', 'the front matter is not a list of `key: value` lines', {
      where: { file, line: 2 },
    });
  }
  return interpret(file, new Map(Object.entries(mapping)));
}

/** YAML can write what the file itself may not hold: "\\0". */
function readable(file: string, key: string, value: string): string {
  const fault = cellFault(value);
  if (fault === undefined) return value;
  throw new Problem('template-syntax', `front matter: ${fault} in "${key}"`, {
    where: { file, line: 2 },
    fix: 'Type the value anew.',
  });
}

/** Aliases of aliases that stand for a billion values, or brackets without end. */
function attempt<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new Problem('template-syntax', `front matter: ${(cause as Error).message}`, {
      where: { file, line: 2 },
      fix: 'Write plain `key: value` lines.',
      cause,
    });
  }
}

function interpret(file: string, entries: ReadonlyMap<string, unknown>): FrontMatter {
  const defaults = new Map<string, string>();
  const known: { subject?: string; from?: string; replyTo?: string; preheader?: string; locale?: string } =
    {};
  const lists: Record<'attachments' | 'attachment_column', readonly string[]> = {
    attachments: [],
    attachment_column: [],
  };
  for (const [key, value] of entries) {
    if (key === 'attachments' || key === 'attachment_column') {
      lists[key] = (Array.isArray(value) ? value : [value]).map(item => plainValue(file, key, item));
      continue;
    }
    const text = plainValue(file, key, value);
    if (key === 'subject' || key === 'from' || key === 'preheader') known[key] = text;
    else if (key === 'reply_to') known.replyTo = text;
    else if (key === 'locale') known.locale = knownLocale(file, text);
    else defaults.set(key, text);
  }
  const { attachments, attachment_column: attachmentColumns } = lists;
  return { ...known, attachments, attachmentColumns, defaults };
}

function knownLocale(file: string, text: string): string {
  if (isKnownLocale(text)) return text;
  throw new Problem('template-syntax', `front matter: there is no locale ${JSON.stringify(text)}`, {
    where: { file, line: 2 },
    fix: 'Write a language, or a language and a country: de, de-DE, en-GB.',
  });
}

function plainValue(file: string, key: string, value: unknown): string {
  if (typeof value === 'string') return readable(file, key, value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  throw new Problem('template-syntax', `front matter: "${key}" has to be one line of text`, {
    where: { file, line: 2 },
    fix: 'Put the value in quotes.',
  });
}
