/**
 * The rules for single copies, asked of many copies of one email. Copies that consist of the same runs of the template have one
 * shape: it is judged once, and of each copy only the values.
 */
import { type CopyPart, joinPart, type VaryingCopy } from '../merge/varying-copy.js';
import { checkCopy, checkSize, checkSubject, checkText, isTextEnough, measureText } from './copy-rules.js';
import type { RuleFinding } from './finding.js';
import { type HtmlShape, shapeOfHtml } from './html-shape.js';

/** UTF-16 units of templates that are remembered with their shapes: of conditions with many fields there may be thousands. */
const mostRemembered = 20_000_000;

/** A shape that is known, and how much there is to read in the copy it is known from. */
interface Shape {
  readonly gaps: ReadonlySet<number>;
  /** undefined: of each copy the whole is looked at. */
  readonly html: HtmlShape | undefined;
  readonly htmlBytes: number;
  readonly first: { readonly words: number; readonly visible: number; readonly values: number };
  readonly text: readonly RuleFinding[];
}

/**
 * @param imageFiles as for `checkCopy`.
 * @returns a function that finds in a copy what `checkCopy` finds, by code and by what it is about. Numbers in the words about the
 * text part may be those of an earlier copy.
 */
export function createCopyRules(
  imageFiles: ReadonlyMap<string, string>,
): (copy: VaryingCopy) => readonly RuleFinding[] {
  const shapes = new Map<string, Shape>();
  let remembered = 0;
  let last: { readonly subject: string; readonly found: readonly RuleFinding[] } | undefined;

  const ofSubject = (subject: string) => {
    if (last?.subject !== subject) last = { subject, found: checkSubject(subject) };
    return last.found;
  };

  const shapeOf = (key: string, copy: VaryingCopy): Shape => {
    const known = shapes.get(key);
    if (known !== undefined && hasRoom(known, copy.html)) return known;
    const shape = learnShape(copy, imageFiles, known?.gaps);
    if (known === undefined) remembered += sizeOf(copy);
    if (remembered > mostRemembered) {
      shapes.clear();
      remembered = sizeOf(copy);
    }
    shapes.set(key, shape);
    return shape;
  };

  return copy => {
    const { subject, html, text } = copy;
    const shape = shapeOf(`${html?.runs.join() ?? ''};${text.runs.join()}`, copy);
    const ofValues = html === undefined ? [] : shape.html?.check(html.values);
    if (ofValues === undefined) {
      const whole = { subject, html: html && joinPart(html), text: joinPart(text) };
      return checkCopy(whole, imageFiles);
    }
    return [
      ...ofSubject(subject),
      ...(html === undefined ? [] : checkSize(shape.htmlBytes + bytesOf(html.values))),
      ...(shape.html?.shared ?? []),
      ...ofValues,
      ...findInText(shape, copy),
    ];
  };
}

/** Whether every value of the copy stands where the shape has a place for one. */
function hasRoom({ gaps }: Shape, html: CopyPart | undefined): boolean {
  return html === undefined || html.values.every((value, gap) => value === '' || gaps.has(gap));
}

function learnShape(
  copy: VaryingCopy,
  imageFiles: ReadonlyMap<string, string>,
  before: ReadonlySet<number> = new Set(),
): Shape {
  const { html, text } = copy;
  const gaps = new Set(before);
  for (const [gap, value] of (html?.values ?? []).entries()) if (value !== '') gaps.add(gap);
  const texts = html === undefined ? [] : textsOf(html);
  const lengths = measureText(joinPart(text), html && joinPart(html));
  return {
    gaps,
    html: html === undefined ? undefined : shapeOfHtml(texts, gaps, imageFiles),
    htmlBytes: texts.reduce((sum, run) => sum + Buffer.byteLength(run), 0),
    first: { ...lengths, values: reachOf(copy) },
    text: checkText(lengths),
  };
}

/** Counted anew only where the values of this copy may decide. */
function findInText({ first, text: ofFirst }: Shape, copy: VaryingCopy): readonly RuleFinding[] {
  // A value of n characters makes a text longer by n, and by a blank on one side of it.
  const more = reachOf(copy);
  const worst = { words: first.words - first.values, visible: first.visible + more };
  const best = { words: first.words + more, visible: first.visible - first.values };
  if (isTextEnough(worst) === isTextEnough(best)) return ofFirst;
  return checkText(measureText(joinPart(copy.text), copy.html && joinPart(copy.html)));
}

function reachOf({ html, text }: VaryingCopy): number {
  let reach = 0;
  for (const value of html?.values ?? []) if (value !== '') reach += value.length + 1;
  for (const value of text.values) if (value !== '') reach += value.length + 1;
  return reach;
}

function textsOf({ texts, runs }: CopyPart): readonly string[] {
  return runs.map(run => texts[run]?.text ?? '');
}

function bytesOf(values: readonly string[]): number {
  let bytes = 0;
  for (const value of values) if (value !== '') bytes += Buffer.byteLength(value);
  return bytes;
}

function sizeOf({ html, text }: VaryingCopy): number {
  const ofPart = (part: CopyPart) => textsOf(part).reduce((sum, run) => sum + run.length, 0);
  return (html === undefined ? 0 : ofPart(html)) + ofPart(text);
}
