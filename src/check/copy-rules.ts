import type { ReadableCopy } from '../merge/read-copy.js';
import type { RuleFinding } from './finding.js';
import { visibleLength, wordsLength } from './html-elements.js';
import { checkHtml } from './html-rules.js';

/**
 * Everything that is to be said about one copy as its reader gets it; the same thing once. Takes time in proportion to the copy:
 * for many copies of one email `copy-shapes.ts` says the same for less.
 * @param imageFiles the file of each image that is attached, by the `cid:` URL it is shown with.
 */
export function checkCopy(
  { subject, html, text }: ReadableCopy,
  imageFiles: ReadonlyMap<string, string> = new Map(),
): readonly RuleFinding[] {
  return [
    ...checkSubject(subject),
    ...(html === undefined ? [] : [...checkSize(Buffer.byteLength(html)), ...checkHtml(html, imageFiles)]),
    ...checkText(measureText(text, html)),
  ];
}

/** Gmail shows so much of a message and a link to the rest, which few follow. */
const gmailClipsAtBytes = 102 * 1024;
/** One more paragraph and it does. */
const nearlyClippedAtBytes = 90 * 1024;
/** RFC 5322 §2.1.1 recommends so much for a line, and no list of messages shows more. */
const longestSubject = 78;
/** Fewer are an abbreviation. */
const fewestCapitals = 5;

export function checkSubject(subject: string): readonly RuleFinding[] {
  const findings: RuleFinding[] = [];
  const length = characters(subject);
  if (length > longestSubject) {
    findings.push({
      severity: 'warning',
      code: 'subject-length',
      what: `the subject has ${length} characters`,
      fix: `Say it in ${longestSubject}; phones show about 40.`,
      about: '',
    });
  }
  if (!/\p{Ll}/u.test(subject) && hasCapitals(subject, fewestCapitals)) {
    findings.push({
      severity: 'warning',
      code: 'subject-capitals',
      what: `the subject is all in capitals: ${subject}`,
      fix: 'Write it like a sentence: filters and readers take capitals for advertising.',
      about: '',
    });
  }
  return findings;
}

/** One for a pair of surrogates. */
function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function hasCapitals(text: string, least: number): boolean {
  const capital = /\p{Lu}/gu;
  let count = 0;
  while (count < least && capital.test(text)) count += 1;
  return count === least;
}

/** @param bytes of the HTML in UTF-8. */
export function checkSize(bytes: number): readonly RuleFinding[] {
  if (bytes < nearlyClippedAtBytes) return [];
  return [
    {
      severity: bytes > gmailClipsAtBytes ? 'error' : 'warning',
      code: 'html-too-large',
      what: `the HTML has ${Math.ceil(bytes / 1024)} KB; Gmail cuts messages off at 102 KB`,
      fix: 'Leave out sections, or styles that are repeated; a link can have the rest.',
      about: '',
    },
  ];
}

/** Text that short beside so much HTML was forgotten. */
const shortestShare = 1 / 4;
const leastVisible = 200;

/** How much there is to read in both parts, in UTF-16 units. */
export interface TextLengths {
  readonly words: number;
  /** 0 without an HTML part. */
  readonly visible: number;
}

export function measureText(text: string, html: string | undefined): TextLengths {
  return { words: wordsLength(text), visible: html === undefined ? 0 : visibleLength(html) };
}

/** Whether there is nothing to say about the text part. */
export function isTextEnough({ words, visible }: TextLengths): boolean {
  return words > 0 && !(visible >= leastVisible && words < visible * shortestShare);
}

export function checkText(lengths: TextLengths): readonly RuleFinding[] {
  if (isTextEnough(lengths)) return [];
  const { words, visible } = lengths;
  return [
    {
      severity: 'warning',
      code: 'text-part',
      what:
        words === 0
          ? 'the text part is empty'
          : `the text part has ${words} characters, the HTML shows ${visible}`,
      fix: 'Write it into <template>.txt beside the template, or pass --text: watches, screen readers and filters read it.',
      about: '',
    },
  ];
}
