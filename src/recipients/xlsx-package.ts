/**
 * Where the parts of a workbook stand (ECMA-376 part 2). The reader looks for them where Excel puts them; other programs
 * have the workbook at the root or by another name, and say so in the relationships.
 */
import { attributesOf, isTrue } from './xlsx-xml.js';

/** XML of the parts by their names, without a slash before them. */
export type Parts = ReadonlyMap<string, string>;

export interface Sheet {
  readonly name: string;
  readonly isHidden: boolean;
  /** Name of its part; undefined for sheets without cells, such as charts. */
  readonly part: string | undefined;
}

export const workbookPart = 'xl/workbook.xml';
const relationshipsPart = 'xl/_rels/workbook.xml.rels';

/** @returns the same parts where the reader looks for them; undefined when there is no workbook among them. */
export function putInPlace(parts: Parts): Parts | undefined {
  const written = findWorkbook(parts);
  const workbook = written === undefined ? undefined : parts.get(written);
  if (written === undefined || workbook === undefined) return undefined;
  const [folder, file] = splitPath(written);
  const relationships = parts.get(`${folder}_rels/${file}.rels`);
  const placed = new Map(parts);
  // The reader knows "1" only.
  placed.set(workbookPart, workbook.replace(/(\bdate1904\s*=\s*["'])(?:true|on)(["'])/, '$11$2'));
  if (relationships !== undefined)
    placed.set(relationshipsPart, withWholeTargets(relationships, folder, parts));
  return placed;
}

/** @param parts as they were put in place. */
export function readSheets(parts: Parts): readonly Sheet[] {
  const targets = new Map(
    relationshipsIn(parts.get(relationshipsPart) ?? '').map(({ id, type, target }) => [
      id,
      type.endsWith('/worksheet') ? target.slice(1) : undefined,
    ]),
  );
  return [...(parts.get(workbookPart) ?? '').matchAll(/<(?:[\w.-]+:)?sheet\s([^<>]*)>/g)].flatMap(
    ([, text = '']) => {
      const attributes = attributesOf(text);
      const name = attributes.get('name') ?? '';
      // The reader does not count those either.
      if (name === '') return [];
      const state = attributes.get('state') ?? 'visible';
      const part = targets.get(attributes.get('id') ?? '');
      return [{ name: unescapeName(name), isHidden: state !== 'visible', part }];
    },
  );
}

/** Dates count from 1904 and not from 1900. */
export function countsFrom1904(parts: Parts): boolean {
  const [, text = ''] = /<(?:[\w.-]+:)?workbookPr\b([^<>]*)>/.exec(parts.get(workbookPart) ?? '') ?? [];
  return isTrue(attributesOf(text).get('date1904'));
}

/** The part with the formats of cells; undefined when there is none. */
export function stylesOf(parts: Parts): string | undefined {
  const found = relationshipsIn(parts.get(relationshipsPart) ?? '').find(({ type }) =>
    type.endsWith('/styles'),
  );
  return parts.get(found?.target.slice(1) ?? 'xl/styles.xml');
}

function findWorkbook(parts: Parts): string | undefined {
  const said = relationshipsIn(parts.get('_rels/.rels') ?? '').find(({ type }) =>
    type.endsWith('/officeDocument'),
  );
  const target = said === undefined ? undefined : findPart(parts, resolveTarget('', said.target));
  return target ?? [workbookPart, 'workbook.xml'].find(name => parts.has(name));
}

interface Relationship {
  readonly id: string;
  readonly type: string;
  readonly target: string;
}

const relationshipTag = /<(?:[\w.-]+:)?Relationship\s([^<>]*)>/g;

function relationshipsIn(xml: string): readonly Relationship[] {
  return [...xml.matchAll(relationshipTag)].map(([, text = '']) => {
    const attributes = attributesOf(text);
    const of = (name: string) => attributes.get(name) ?? '';
    return { id: of('Id'), type: of('Type'), target: of('Target') };
  });
}

/** With names from the root, so that it does not matter where they are read. */
function withWholeTargets(xml: string, folder: string, parts: Parts): string {
  return xml.replaceAll(
    /(<(?:[\w.-]+:)?Relationship\s[^<>]*\bTarget\s*=\s*)(?:"([^"<>]*)"|'([^'<>]*)')/g,
    (...found) => {
      const [, before = '', double, single = ''] = found as readonly (string | undefined)[];
      const path = resolveTarget(folder, double ?? single);
      return `${before}"/${findPart(parts, path) ?? path}"`;
    },
  );
}

/** Names of parts are equal in any case. ECMA-376 part 2 §9.1.1.2 */
function findPart(parts: Parts, path: string): string | undefined {
  if (parts.has(path)) return path;
  return [...parts.keys()].find(name => name.toLowerCase() === path.toLowerCase());
}

function resolveTarget(folder: string, target: string): string {
  const path: string[] = [];
  const whole = target.startsWith('/') ? target : `${folder}${target}`;
  for (const step of whole.split(/[/\\]/)) {
    if (step === '..') path.pop();
    else if (step !== '' && step !== '.') path.push(step);
  }
  return path.join('/');
}

function splitPath(path: string): readonly [folder: string, file: string] {
  const slash = path.lastIndexOf('/') + 1;
  return [path.slice(0, slash), path.slice(slash)];
}

/** `_x0026_` for what XML cannot hold. ECMA-376 part 1 §22.4.2.4, ST_Xstring */
function unescapeName(name: string): string {
  return name.replaceAll(/_x([\da-f]{4})_/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}
