/**
 * Addresses in the HTML whose beginning comes from a recipient's values: what a link leads to and what an image loads is
 * then for a cell of a list to say, and only what a link in a mail may be is sent. What the template itself begins with
 * a scheme and a host is its author's own word, and costs nothing here.
 */
import { isWebUrl } from '../message/idna.js';
import { decodeAttribute } from './html/entities.js';
import type { MarkedTemplate, Segment } from './liquid/static-runs.js';

export interface UrlFault {
  /** As the template has it, up to the end of the first value: `href="{{ link }}`. */
  readonly written: string;
  /** What it comes to in this copy. */
  readonly url: string;
  /** Goes after "which". */
  readonly why: string;
}

const names = 'href|src|srcset|background|action|formaction|poster|cite|data|longdesc|xlink:href';
const attribute = new RegExp(`(?:^|[\\s"'/])((?:${names})\\s*=\\s*)(?:"([^"<>]*)|'([^'<>]*))$`, 'i');
const attributes = new RegExp(`[\\s"'/](?:${names})\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'gi');
const urlOpens = /url\(\s*(?:&quot;|&#39;|&#34;|["'])?/gi;
/** As far back as the beginning of an address is looked for. */
const longestBeginning = 2_000;

/** Where a run of the template leaves off inside an address. */
interface Opening {
  readonly kind: 'attribute' | 'style';
  readonly quote: string;
  /** Of the address, so far. */
  readonly begun: string;
  readonly written: string;
}

/**
 * @returns undefined when no value says where an address of this template begins: nothing is to be done per copy.
 */
export function createUrlCheck(
  marked: MarkedTemplate,
): ((rendered: string) => readonly UrlFault[]) | undefined {
  const openings = marked.runs.map(({ text, next }) => findOpening(text, next));
  const hasMarkup = mayHoldMarkup(marked.source);
  if (!hasMarkup && openings.every(opening => opening === undefined)) return undefined;

  return rendered => {
    const faults: UrlFault[] = [];
    let open: OpenUrl | undefined;
    for (const segment of marked.segments(rendered)) {
      if (open?.take(segment)) {
        faults.push(...open.faults());
        open = undefined;
      }
      if (segment.kind === 'run') {
        const opening = open === undefined ? openings[segment.index] : undefined;
        if (opening !== undefined) open = new OpenUrl(opening);
      } else if (open === undefined && hasMarkup && segment.text.includes('<')) {
        faults.push(...faultsInMarkup(segment.text));
      }
    }
    return faults;
  };
}

function findOpening(text: string, next: string): Opening | undefined {
  if (next === '') return undefined;
  const tail = text.slice(-longestBeginning);
  const [, before = '', double, single] = attribute.exec(tail) ?? [];
  const quote = double === undefined ? "'" : '"';
  const inAttribute = double ?? single;
  if (inAttribute !== undefined) {
    if (isSettled(inAttribute)) return undefined;
    return { kind: 'attribute', quote, begun: inAttribute, written: before + quote + inAttribute + next };
  }
  const opened = lastOpenUrl(tail);
  if (opened === undefined || isSettled(tail.slice(opened.end))) return undefined;
  return {
    kind: 'style',
    quote: ')',
    begun: tail.slice(opened.end),
    written: tail.slice(opened.start) + next,
  };
}

/** The first `url(` behind which nothing can have closed it. */
function lastOpenUrl(text: string): { readonly start: number; readonly end: number } | undefined {
  const closed = Math.max(...[')', '"', "'"].map(closing => text.lastIndexOf(closing)));
  for (const { 0: opened, index } of text.matchAll(urlOpens)) {
    if (index + opened.length > closed) return { start: index, end: index + opened.length };
  }
  return undefined;
}

/** `{{ body | raw }}`: a value that may hold elements of its own. The pixel is ours. */
function mayHoldMarkup(template: string): boolean {
  return /\|\s*raw\b/.test(template.replaceAll(/\{\{-?\s*pixel\b[^{}]*\}\}/g, ''));
}

/** What follows cannot change where it leads: the host has ended, or there is none. */
function isSettled(begun: string): boolean {
  return /^\s*(?:https?:\/\/[^/?#\\\s]+[/?#]|mailto:|tel:|sms:|cid:|#)/i.test(decodeAttribute(begun));
}

/** An address being put together, from where it opens to its closing quote. */
class OpenUrl {
  readonly #opening: Opening;
  #url: string;
  /** A value came before host and scheme were settled. */
  #isFromValue = false;
  /** It goes on where it should have ended. */
  #isEndedByValue = false;

  constructor(opening: Opening) {
    this.#opening = opening;
    this.#url = opening.begun;
  }

  /** @returns whether it ends in this segment. */
  take(segment: Segment): boolean {
    if (segment.kind === 'value' && segment.text !== '' && !isSettled(this.#url)) this.#isFromValue = true;
    const end = segment.text.search(this.#opening.quote === ')' ? /[)"']/ : this.#opening.quote);
    this.#url += end === -1 ? segment.text : segment.text.slice(0, end);
    if (end !== -1 && segment.kind === 'value') this.#isEndedByValue = true;
    return end !== -1;
  }

  faults(): readonly UrlFault[] {
    const url = decodeAttribute(this.#url);
    const why = this.#fault(url);
    return why === undefined ? [] : [{ written: this.#opening.written, url, why }];
  }

  #fault(url: string): string | undefined {
    const isStyle = this.#opening.kind === 'style';
    // Only unescaped, with `raw`; a bracket is never escaped.
    if (this.#isEndedByValue) return isStyle ? endsInStyle : 'has a quote in it that ends the attribute';
    if (!this.#isFromValue) return undefined;
    return urlFault(url) ?? (isStyle && /[()"'\\\s]/.test(url) ? endsInStyle : undefined);
  }
}

const endsInStyle = 'has a character in it that ends an address in CSS';

/** Elements that a value brought along; an image of the message itself and a place in it are no way out. */
function faultsInMarkup(text: string): readonly UrlFault[] {
  const faults: UrlFault[] = [];
  let international = 0;
  for (const [written, double, single, bare] of text.matchAll(attributes)) {
    const url = decodeAttribute(double ?? single ?? bare ?? '');
    if (/^(?:cid:|#)/i.test(url)) continue;
    if (/[^\x00-\x7f]|xn--/i.test(url)) international += 1;
    const why = international > mostInternational ? tooManyInternational : urlFault(url);
    if (why !== undefined) faults.push({ written: written.trim(), url, why });
    if (faults.length >= mostFaults) break;
  }
  return faults;
}

/** Of one value: the first is told. */
const mostFaults = 100;
/** Of one value: each takes libraries 0.1 ms. */
const mostInternational = 100;
const tooManyInternational = `comes behind ${mostInternational} others with international letters, and so many are not read`;

/**
 * Why an address is not to be sent, or undefined. Programs that show mail take out line ends and tabs, decode references
 * and take `\` for `/` before they look: what is not plainly one of the four schemes is none of them.
 */
export function urlFault(written: string): string | undefined {
  const url = written.trim();
  if (url === '') return undefined;
  if (/[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(url))
    return 'has a line end or another control character in it';
  if (/^[/\\]{2}/.test(url)) return 'begins with "//", and leads to whatever host comes then';
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) return 'has no scheme, and leads nowhere';
  if (scheme === 'mailto' || scheme === 'tel') return undefined;
  if (scheme !== 'http' && scheme !== 'https') return 'is neither http, https, mailto nor tel';
  const host = /^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? '';
  if (host.includes('@')) return 'has a name before its host, and reads as another host';
  const isHost = /^(?:[\p{L}\p{M}\p{N}._-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/iu.test(host);
  return isHost && isWebUrl(url) ? undefined : 'has no host';
}
