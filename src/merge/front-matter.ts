import { type Place, Problem } from '../problem.js';
import { cellFault } from '../recipients/list-row.js';
import { type FrontMatterEntry, readEntries } from './front-matter-yaml.js';
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
  const entries = await readEntries(file, yaml);
  for (const { key, values, where } of entries)
    for (const value of values) refuseUnreadable(key, value, where);
  return interpret(entries);
}

/** YAML can write what the file itself may not hold: "\\0". */
function refuseUnreadable(key: string, value: string, where: Place): void {
  const fault = cellFault(value);
  if (fault === undefined) return;
  throw new Problem('template-syntax', `front matter: ${fault} in "${key}"`, {
    where,
    fix: 'Retype the value.',
  });
}

function interpret(entries: readonly FrontMatterEntry[]): FrontMatter {
  const defaults = new Map<string, string>();
  const known: { subject?: string; from?: string; replyTo?: string; preheader?: string; locale?: string } =
    {};
  const lists: Record<'attachments' | 'attachment_column', readonly string[]> = {
    attachments: [],
    attachment_column: [],
  };
  for (const entry of entries) {
    const { key, values } = entry;
    if (key === 'attachments' || key === 'attachment_column') {
      lists[key] = values;
      continue;
    }
    const text = oneValue(entry);
    if (key === 'subject' || key === 'from' || key === 'preheader') known[key] = text;
    else if (key === 'reply_to') known.replyTo = text;
    else if (key === 'locale') known.locale = knownLocale(text, entry.where);
    else defaults.set(key, text);
  }
  const { attachments, attachment_column: attachmentColumns } = lists;
  return { ...known, attachments, attachmentColumns, defaults };
}

function knownLocale(text: string, where: Place): string {
  if (isKnownLocale(text)) return text;
  throw new Problem('template-syntax', `front matter: there is no locale ${JSON.stringify(text)}`, {
    where,
    fix: 'Write a language, or a language and a country: de, de-DE, en-GB.',
  });
}

function oneValue({ key, values, isList, where }: FrontMatterEntry): string {
  const [value] = values;
  if (!isList && value !== undefined) return value;
  throw new Problem('template-syntax', `front matter: "${key}" has to be one line of text`, {
    where,
    fix: 'Put the value in quotes.',
  });
}
