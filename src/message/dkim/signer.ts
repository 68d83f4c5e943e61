/**
 * DKIM signatures (RFC 6376, RFC 8463) of the copies of one email. Pure: keys and the time are given, and the same
 * message is always signed with the same octets, so that a copy made again is the same copy.
 */
import { createHash, type Hash, type KeyObject, sign } from 'node:crypto';
import { inspectHeader, type RawHeaderField } from '../inspect-header.js';
import { type BodyState, relaxEnd, relaxField, relaxPieces, startBody } from './relaxed.js';

export interface DkimKey {
  /** `d=`: A-labels. */
  readonly domain: string;
  /** `s=`: the public key stands in DNS at `<selector>._domainkey.<domain>`. */
  readonly selector: string;
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256';
  readonly privateKey: KeyObject;
}

export interface SigningOptions {
  /** `t=`: the Date of the email and not the time of signing, since a copy may be made again. */
  readonly signedAt: Date;
  /** Fields the relay is known to replace: a signature over them would be broken on arrival. */
  readonly replacedFields?: readonly string[];
}

export interface SignableMessage {
  /** Fields with their CRLF; the empty line may follow. */
  readonly header: Uint8Array;
  /**
   * The octets after the empty line, CRLF line ends, in pieces. The first piece is remembered as an object: pass the
   * same one for every copy that starts with it, and do not write into it afterwards.
   */
  readonly body: readonly Uint8Array[];
}

export interface DkimSigner {
  /** One DKIM-Signature field a key, each with its CRLF, to stand before the header. Signs off the main thread. */
  sign(message: SignableMessage): Promise<Buffer>;
}

/**
 * Signed when present. What a relay adds or takes out on its way (Received, Return-Path, Bcc) is not here.
 * RFC 6376 §5.4.1; Feedback-ID and RFC 8058 §4 want theirs signed.
 */
const signedFields = [
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'list-id',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'feedback-id',
];

/**
 * Named once more than they are there: nobody can add another and have the signature hold. RFC 6376 §8.15. A field that is not there
 * may not come either: with Content-Transfer-Encoding or MIME-Version a body reads as another, List-Unsubscribe is a button.
 */
const oversignedFields = new Set([
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'subject',
  'date',
  'message-id',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'list-unsubscribe',
  'list-unsubscribe-post',
]);

/** Prepared once per email. */
export function createDkimSigner(keys: readonly DkimKey[], options: SigningOptions): DkimSigner {
  const hashBody = createBodyHasher();
  const replaced = new Set(options.replacedFields?.map(name => name.toLowerCase()));
  const candidates = signedFields.filter(name => !replaced.has(name));
  const printTags = createTagPrinter(Math.floor(options.signedAt.getTime() / 1000));

  return {
    async sign({ header, body }) {
      const fields = inspectHeader(header);
      const names = chooseFields(fields, candidates);
      const bodyHash = hashBody(body);
      const signatures = keys.map(async key => {
        const unsigned = `${printTags(key, names)}\r\n bh=${bodyHash};\r\n b=`;
        const signature = await signOctets(key, signedOctets(fields, names, unsigned));
        return `DKIM-Signature:${unsigned}${foldBase64(signature)}\r\n`;
      });
      return Buffer.from((await Promise.all(signatures)).join(''), 'latin1');
    },
  };
}

/** The names of `h=`, a name as often as it has to be. RFC 6376 §5.4.2 */
function chooseFields(fields: readonly RawHeaderField[], candidates: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { name } of fields) {
    const key = name.trimEnd().toLowerCase();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return candidates.flatMap(name =>
    Array<string>((counts.get(name) ?? 0) + (oversignedFields.has(name) ? 1 : 0)).fill(name),
  );
}

/**
 * The tags that copies with the same fields share, so printed once. No `l=` (RFC 6376 §8.2), no `x=`: a signature
 * serves as long as the mail.
 */
function createTagPrinter(signedAt: number): (key: DkimKey, names: readonly string[]) => string {
  const printed = new Map<DkimKey, Map<string, string>>();
  return (key, names) => {
    const fieldNames = names.join(':');
    const ofKey = printed.get(key) ?? new Map<string, string>();
    const known = ofKey.get(fieldNames);
    if (known !== undefined) return known;
    const { algorithm, domain, selector } = key;
    const tags = ['v=1', `a=${algorithm}`, 'c=relaxed/relaxed', `d=${domain}`, `s=${selector}`];
    const text = fold([...tags, `t=${signedAt}`, `h=${fieldNames}`].map(tag => ` ${tag};`));
    printed.set(key, ofKey.set(fieldNames, text));
    return text;
  };
}

const lineOctets = 76;

/** Words, each with the space before it, in lines of at most 76. A list of field names may break after each colon. */
function fold(words: readonly string[]): string {
  let text = '';
  let column = 'DKIM-Signature:'.length;
  for (const part of words.flatMap(word => word.split(/(?<=:)/))) {
    const fits = column + part.length <= lineOctets;
    const printed = fits ? part : ` ${part.trimStart()}`;
    text += fits ? printed : `\r\n${printed}`;
    column = (fits ? column : 0) + printed.length;
  }
  return text;
}

/** After ` b=`, in lines of at most 76. White space in it is ignored. RFC 6376 §3.5 */
function foldBase64(signature: Buffer): string {
  const text = signature.toString('base64');
  const first = lineOctets - ' b='.length;
  const rest = text.slice(first).match(/.{1,75}/g) ?? [];
  return [text.slice(0, first), ...rest].join('\r\n ');
}

/**
 * What the signature is made over: the named fields, a repeated name from the last of its fields upwards, then the
 * signature's own field with an empty `b=`. RFC 6376 §3.7, §5.4.2
 */
export function signedOctets(
  fields: readonly RawHeaderField[],
  names: readonly string[],
  unsigned: string,
): Buffer {
  const left = fields.map(({ name, value }) => ({ key: name.trimEnd().toLowerCase(), name, value }));
  const lines: string[] = [];
  for (const name of names) {
    const index = left.findLastIndex(({ key }) => key === name);
    const [field] = index === -1 ? [] : left.splice(index, 1);
    // A name without a field left adds nothing, and so breaks when one appears.
    if (field !== undefined) lines.push(`${relaxField(field.name, field.value)}\r\n`);
  }
  return Buffer.from(`${lines.join('')}${relaxField('DKIM-Signature', unsigned)}`, 'latin1');
}

/** In the thread pool: an RSA signature is most of the work of a copy. */
export function signOctets({ algorithm, privateKey }: DkimKey, octets: Buffer): Promise<Buffer> {
  const isRsa = algorithm === 'rsa-sha256';
  // Ed25519 has a hash of its own inside; DKIM gives it the SHA-256 of the octets. RFC 8463 §3
  const data = isRsa ? octets : createHash('sha256').update(octets).digest();
  return new Promise((resolve, reject) => {
    sign(isRsa ? 'sha256' : null, data, privateKey, (error, signature) => {
      if (error === null) resolve(signature);
      else reject(error);
    });
  });
}

/** `bh=` of bodies, each in pieces. Copies that begin with the same piece share the work on it. */
export function createBodyHasher(): (pieces: readonly Uint8Array[]) => string {
  const begun = new WeakMap<Uint8Array, { readonly state: Readonly<BodyState>; readonly hash: Hash }>();

  // Hashed at once and then written over.
  let scratch = Buffer.alloc(0);
  const allocate = (length: number) => {
    if (scratch.length < length) scratch = Buffer.allocUnsafe(2 * length);
    return scratch;
  };

  const begin = (first: Uint8Array) => {
    const known = begun.get(first);
    if (known !== undefined) return known;
    const state = startBody();
    const made = { hash: createHash('sha256').update(relaxPieces(state, [first], allocate)), state };
    begun.set(first, made);
    return made;
  };

  return ([first = new Uint8Array(), ...rest]) => {
    const start = begin(first);
    const state = { ...start.state };
    return start.hash
      .copy()
      .update(relaxPieces(state, rest, allocate))
      .update(relaxEnd(state))
      .digest('base64');
  };
}
