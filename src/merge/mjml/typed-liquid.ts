/**
 * Liquid in attributes that MJML expects a colour, a width or one of a few words in. MJML gets a word in its place, which it
 * must print as it is. Whether it does is tried with values that are valid: what it makes of them has to be what it makes of
 * the word, with the value in its place. Where MJML computes with a value it has to be the same for everybody.
 */
import { Problem } from '../../problem.js';
import { before } from '../../text-scan.js';
import type { ProtectedText } from '../liquid/liquid-protection.js';
import { unusedWord } from '../unused-word.js';
import type { MjmlElement, MjmlNode, MjmlTree } from './mjml-tree.js';

/** What mjml's validator says of one element. */
export interface MjmlFault {
  /** Number of the element. */
  readonly line: number;
  readonly message: string;
}

export interface TypedAttribute {
  readonly element: MjmlElement;
  readonly name: string;
  /** With Liquid as its tokens. */
  readonly value: string;
  /** Stands for the value; with the unit of the value where that is written. */
  readonly word: string;
  /** Values that MJML would take. */
  readonly samples: readonly string[];
}

const wrongValue = /^Attribute (\S+) has invalid value: /;

/** The faults that are about Liquid in the place of a value, and those that remain. */
export function findTypedLiquid(
  faults: readonly MjmlFault[],
  tree: MjmlTree,
  source: ProtectedText,
): { readonly typed: readonly TypedAttribute[]; readonly others: readonly MjmlFault[] } {
  const prefix = unusedWord(source.text, 'zqvalue');
  const typed: TypedAttribute[] = [];
  const others: MjmlFault[] = [];
  const add = (element: MjmlElement, name: string, value: string, samples: readonly string[]) => {
    // MJML looks for a unit behind a digit.
    const [unit] = /(?:px|%)$/.exec(value) ?? [];
    const word = prefix + inLetters(typed.length) + (unit === undefined ? '' : `0${unit}`);
    typed.push({ element, name, value, samples, word });
  };
  for (const fault of faults) {
    const element = tree.elements[fault.line];
    const [, name = ''] = wrongValue.exec(fault.message) ?? [];
    const value = element?.node.attributes[name];
    const hasLiquid = typeof value === 'string' && source.tokensIn(value).length > 0;
    const lead = `Attribute ${name} has invalid value: ${value} for type `;
    if (element === undefined || !hasLiquid || !fault.message.startsWith(lead)) others.push(fault);
    else add(element, name, value, samplesFor(value, fault.message.slice(lead.length).trim(), source));
  }
  // MJML does not look at the values of these before it uses them.
  for (const element of tree.elements) {
    if (element.node.tagName !== 'mj-class' && element.node.tagName !== 'mj-all') continue;
    for (const [name, value] of Object.entries(element.node.attributes)) {
      if (typeof value !== 'string' || source.tokensIn(value).length === 0) continue;
      const samples = samplesByName(name, value, source);
      if (samples.length > 0) add(element, name, value, samples);
    }
  }
  return { typed, others };
}

function inLetters(index: number): string {
  return `${[...String(index)].map(digit => 'abcdefghij'[Number(digit)]).join('')}z`;
}

const colors = ['#123456', 'red'];
const units = ['50px', '50%'];

/** @param expected as mjml says it: `Color`, or `Unit, only accepts (px, %) units and 1 to 4 value(s)`. */
function samplesFor(value: string, expected: string, source: ProtectedText): readonly string[] {
  const [type, rest = ''] = expected.split(', only accepts ');
  if (type === 'Color') return colors;
  if (type === 'Enum') return rest.split(',').map(word => word.trim());
  if (type === 'Boolean') return ['true', 'false'];
  if (type !== 'Unit') return ['50'];
  const list = before(rest.slice(rest.indexOf('(') + 1), ')');
  const accepted = list.split(',').map(unit => unit.trim());
  return filledIn(value, source) ?? accepted.map(unit => (unit === 'auto' ? unit : `50${unit}`));
}

function samplesByName(name: string, value: string, source: ProtectedText): readonly string[] {
  if (/color$/.test(name)) return colors;
  return /width|height|padding|size|spacing/.test(name) ? (filledIn(value, source) ?? units) : [];
}

const length = /^[\d.]+(?:px|%|em|rem)?$/;

/** With numbers in the place of fields, where the unit is written: `{{ width }}%`. */
function filledIn(value: string, source: ProtectedText): readonly string[] | undefined {
  const tokens = source.tokensIn(value);
  const fill = (number: string) => tokens.reduce((text, { token }) => text.replace(token, number), value);
  const parts = fill('50').split(' ');
  const isFilled = parts.length <= 4 && parts.every(part => length.test(part)) && /[a-z%]/i.test(fill('50'));
  return isFilled ? [fill('50'), fill('37')] : undefined;
}

/** @returns a copy of the tree in which attributes have other values. */
export function withValues(tree: MjmlTree, values: ReadonlyMap<TypedAttribute, string>): MjmlNode {
  const byLine = new Map<number, Record<string, string | boolean>>();
  for (const [{ element, name }, value] of values)
    byLine.set(element.node.line, { ...byLine.get(element.node.line), [name]: asAttribute(value) });
  const copy = (node: MjmlNode): MjmlNode => ({
    ...node,
    attributes: { ...node.attributes, ...byLine.get(node.line) },
    children: node.children.map(copy),
  });
  return copy(tree.root);
}

function asAttribute(value: string): string | boolean {
  return value === 'true' || value === 'false' ? value === 'true' : value;
}

type Render = (root: MjmlNode) => Promise<string>;
type Values = ReadonlyMap<TypedAttribute, string>;

/**
 * @param render what MJML makes of a tree, without looking at types.
 * @returns HTML with the values as they were written.
 * @throws Problem `template-syntax` at an attribute that MJML computes with.
 */
export async function renderTyped(
  tree: MjmlTree,
  typed: readonly TypedAttribute[],
  render: Render,
): Promise<string> {
  const words = wordsOf(typed);
  // MJML fails at some words where it wants a number to compute with.
  const attempt = (values: Values) => render(withValues(tree, values)).catch(() => undefined);
  const html = await attempt(words);
  if (html === undefined) {
    const isTaken = async (attributes: readonly TypedAttribute[]) =>
      (await attempt(new Map([...samplesOf(typed, 0), ...wordsOf(attributes)]))) !== undefined;
    // With valid values it fails, too: its own message says why.
    if (!(await isTaken([]))) return render(withValues(tree, samplesOf(typed, 0)));
    throw computes(await findFirst(typed, isTaken), tree);
  }
  const isPrinted = async (attributes: readonly TypedAttribute[], round: number) => {
    const values = samplesOf(attributes, round);
    const own = await attempt(new Map([...words, ...values]));
    return own !== undefined && withoutIds(fillIn(html, values)) === withoutIds(own);
  };
  const most = Math.max(...typed.map(({ samples }) => samples.length));
  for (let round = 0; round < most; round += 1) {
    if (await isPrinted(typed, round)) continue;
    throw computes(await findFirst(typed, some => isPrinted(some, round)), tree);
  }
  return fillIn(html, new Map(typed.map(attribute => [attribute, attribute.value])));
}

function wordsOf(typed: readonly TypedAttribute[]): Values {
  return new Map(typed.map(attribute => [attribute, attribute.word]));
}

function samplesOf(typed: readonly TypedAttribute[], round: number): Values {
  return new Map(typed.map(attribute => [attribute, sampleOf(attribute, round)]));
}

/** The attribute that does not hold, in a list that as a whole does not. */
async function findFirst(
  typed: readonly TypedAttribute[],
  holds: (some: readonly TypedAttribute[]) => Promise<boolean>,
): Promise<TypedAttribute> {
  let suspects = typed;
  while (suspects.length > 1) {
    const half = suspects.slice(0, suspects.length / 2);
    suspects = (await holds(half)) ? suspects.slice(half.length) : half;
  }
  return suspects[0] as TypedAttribute;
}

function sampleOf({ samples }: TypedAttribute, round: number): string {
  return samples[round % samples.length] ?? '';
}

/** In one pass. A word that MJML has put letters behind is left, and found out as different. */
function fillIn(html: string, values: Values): string {
  const byWord = new Map([...values].map(([{ word }, value]) => [word, value]));
  return html.replaceAll(/zqvalue[a-z]+(?:0(?:px|%))?/g, word => byWord.get(word) ?? word);
}

/** MJML draws new ones for carousels and menus each time. */
function withoutIds(html: string): string {
  return html.replaceAll(/[\da-f]{16}/g, '');
}

function computes({ element, name, samples }: TypedAttribute, { placeOf }: MjmlTree): Problem {
  const { tagName } = element.node;
  const attribute = element.attributes.find(one => one.name === name);
  const value = `${name}="${samples[0]}"`;
  const fix = /^mj-(?:all|body|class)$/.test(tagName)
    ? `Write one value for everybody, such as ${value}.`
    : `Write one value for everybody, such as ${value}, or one ${tagName} for each value, with {% if … %} before it and {% endif %} behind it.`;
  return new Problem(
    'template-syntax',
    `MJML computes the layout with ${name}, which has to be the same for everybody`,
    { where: placeOf(attribute?.valueOffset ?? element.offset), fix },
  );
}
