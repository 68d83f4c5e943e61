/**
 * The relaxed canonicalisation of RFC 6376 §3.4.2 and §3.4.4: what a signature covers, so that relays may change white
 * space. Knows octets and nothing of keys. The body is read in pieces, since copies of one email share theirs.
 */

/** The `relaxed` form of one field, without its line end. */
export function relaxField(name: string, value: string): string {
  const unfolded = withSingleBlanks(value);
  const start = unfolded.startsWith(' ') ? 1 : 0;
  const end = unfolded.endsWith(' ') ? -1 : undefined;
  return `${name.trimEnd().toLowerCase()}:${unfolded.slice(start, end)}`;
}

/** Each run of blanks and of line ends before blanks as one space. */
function withSingleBlanks(value: string): string {
  // Units that are moved in place: to join a million pieces would take longer than to find them.
  const units = Buffer.from(value, 'utf16le');
  let length = 0;
  for (let at = 0; at < value.length; ) {
    const begins = at;
    while (isFolding(value, at)) at += value.charCodeAt(at) === carriageReturn ? 2 : 1;
    const code = at > begins ? space : value.charCodeAt(at++);
    units[length] = code & 0xff;
    units[length + 1] = code >> 8;
    length += 2;
  }
  return units.toString('utf16le', 0, length);
}

function isFolding(value: string, at: number): boolean {
  const code = value.charCodeAt(at);
  if (code !== carriageReturn) return code === space || code === tab;
  if (value.charCodeAt(at + 1) !== lineFeed) return false;
  const next = value.charCodeAt(at + 2);
  return next === space || next === tab;
}

/** What has been read and cannot be printed before it is known what follows. */
export interface BodyState {
  /** Spaces and tabs: one space, or nothing at the end of a line. */
  blank: boolean;
  /** A CR whose LF may stand in the next piece. */
  carriageReturn: boolean;
  /** Line ends: nothing when the body ends with them. */
  lineEnds: number;
  empty: boolean;
}

export function startBody(): BodyState {
  return { blank: false, carriageReturn: false, lineEnds: 0, empty: true };
}

const tab = 0x09;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;

/**
 * The octets that are certain after these pieces; the state keeps the rest. Splitting elsewhere changes nothing.
 * @param allocate gives at least that many octets to write into.
 */
export function relaxPieces(
  state: BodyState,
  pieces: readonly Uint8Array[],
  allocate: (length: number) => Buffer = Buffer.allocUnsafe,
): Buffer {
  const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  // Never longer than what came in, now and before: two octets a line end, one each for a blank and a CR.
  const out = allocate(length + 2 * state.lineEnds + 2);
  let { blank, lineEnds } = state;
  let pendingCr = state.carriageReturn;
  let at = 0;

  for (const piece of pieces) {
    const { length } = piece;
    for (let index = 0; index < length; index += 1) {
      const octet = piece[index] as number;
      if (pendingCr && octet === lineFeed) {
        pendingCr = false;
        blank = false;
        lineEnds += 1;
        continue;
      }
      const strayCr = pendingCr;
      const isBlank = octet === space || octet === tab;
      pendingCr = octet === carriageReturn;
      if (strayCr || !(isBlank || pendingCr)) {
        for (; lineEnds > 0; lineEnds -= 1) {
          out[at++] = carriageReturn;
          out[at++] = lineFeed;
        }
        if (blank) out[at++] = space;
        blank = false;
        // Not of a line end, so an octet like others. Our messages have none, but a verifier would count it.
        if (strayCr) out[at++] = carriageReturn;
      }
      if (isBlank) blank = true;
      else if (!pendingCr) {
        out[at++] = octet;
        // The rest of the word: most of a message, and nothing to decide.
        while (index + 1 < length) {
          const next = piece[index + 1] as number;
          if (next <= space) break;
          out[at++] = next;
          index += 1;
        }
      }
    }
  }
  state.blank = blank;
  state.carriageReturn = pendingCr;
  state.lineEnds = lineEnds;
  state.empty &&= at === 0;
  return out.subarray(0, at);
}

/** The end of the body: one line end, unless there is nothing to end. */
export function relaxEnd(state: BodyState): Buffer {
  // A second CR makes octets of the first and of what stood before it.
  const stray = state.carriageReturn ? relaxPieces(state, [Buffer.of(carriageReturn)]) : noOctets;
  return state.empty ? noOctets : Buffer.concat([stray, lineEnd]);
}

const noOctets = Buffer.alloc(0);
const lineEnd = Buffer.from('\r\n');
