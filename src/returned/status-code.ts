/** What a server said in figures. */
export interface StatusCodes {
  /** `5.1.1`, RFC 3463; '' without one. */
  readonly status: string;
  /** 200–599, RFC 5321 §4.2; 0 without one. */
  readonly replyCode: number;
}

const maxCharacters = 4_000;

/**
 * The codes of a refusal in a text: the first enhanced status code that says more than its class, and the first reply code. A server that
 * passes on the words of the next one puts a code of its own in front (`5.1.0 … 550 5.2.2`), and it is the vaguer one.
 */
export function codesIn(text: string): StatusCodes {
  const scanned = text.slice(0, maxCharacters);
  const found = [...scanned.matchAll(/(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?!\d|\.\d)/g)].map(match => match[0]);
  const status = found.find(one => !isVague(one)) ?? found.find(one => !isUnspecific(one)) ?? found[0] ?? '';
  return { status, replyCode: replyCodeIn(scanned) };
}

/** The value of a Status field: `5.0.0 (permanent failure)`. RFC 3464 §2.3.4 */
export function statusOfField(value: string): string {
  return /^\s*([245]\.\d{1,3}\.\d{1,3})(?!\d)/.exec(value)?.[1] ?? '';
}

/** Whether a status says nothing beside its class. RFC 3463 §3.1 */
export function isUnspecific(status: string): boolean {
  return /^[245]\.0\.0$/.test(status);
}

/** Whether the words of another server say more: given up (4.7), or "other" of an address or a system (1.0, 3.0). RFC 3463 §3 */
export function isVague(status: string): boolean {
  return /^[245]\.(?:0\.0|1\.0|3\.0|4\.7)$/.test(status);
}

function replyCodeIn(text: string): number {
  const placed =
    /(?:^|[\n:;>([]|said|error|failure|response|code|with)\s{0,4}:?\s?\b([45][0-5]\d)(?=[\s:,-]|$|\))/i.exec(
      text,
    );
  return placed?.[1] === undefined ? 0 : Number(placed[1]);
}

/** Where the first code of a text stands; -1 without any. */
export function placeOfCode(text: string): number {
  return text
    .slice(0, maxCharacters)
    .search(/(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?!\d|\.\d)|(?<![\w.#-])[45][0-5]\d(?=[ -])/);
}
