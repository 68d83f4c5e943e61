import { allowedAttacks, attackText, checkerAttacks, denseAttacks, numberedAttacks } from './attacks.mjs';
import { parsers } from './parsers.mjs';

const megabyte = 1_000_000;
/** What takes the square is found with so few characters before it takes minutes. */
const first = megabyte / 32;
/** The part of a text that tells whether the whole may take too long, be it with the square of its length. */
const part = 4;
/** Milliseconds of the processor for 1 MB, or for as much as the parser takes: docs/security.md. */
const mostMs = 100;
/** Runs of which the best counts: what else the machine does can only add to them, and so does the compiling of our functions. */
const runs = 5;
/** What takes that long in one run is asked no more. */
const hopelessMs = 2_000;
const shownCharacters = 150;

const allAttacks = [...checkerAttacks, ...denseAttacks, ...allowedAttacks, ...numberedAttacks];

/**
 * Prints how long each parser takes for the worst of the texts.
 * @param wanted names of parsers; none: all.
 * @returns 1 when a parser took too long.
 */
export async function measureParsers(wanted) {
  let slow = 0;
  let measured = 0;
  for (const [name, parser] of Object.entries(parsers)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const {
      read,
      most = megabyte,
      inTexts = [text => text],
      attacks = allAttacks,
    } = typeof parser === 'function' ? { read: parser } : parser;
    const { ms, attack } = await worstOf(read, most, inTexts, attacks);
    measured += 1;
    if (ms > mostMs) slow += 1;
    const length = most === megabyte ? '' : `${most.toLocaleString('en')} characters at most  `;
    console.log(
      `${ms > mostMs ? 'SLOW' : 'ok  '} ${name.padEnd(34)}${ms.toFixed(0).padStart(6)} ms  ${length}${shown(attack)}`,
    );
  }
  console.log(
    slow === 0
      ? `${measured} parsers, none takes more than ${mostMs} ms for 1 MB of the worst of ${allAttacks.length} texts`
      : `${slow} of ${measured} parsers take more than ${mostMs} ms for 1 MB`,
  );
  return slow === 0 ? 0 : 1;
}

function shown(attack) {
  const text = JSON.stringify(attack.map(part => (typeof part === 'function' ? part(1) : part)));
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
}

/** Each text in each of `inTexts`; the ones that seem worst first, since the others need not be read five times then. */
async function worstOf(read, most, inTexts, attacks) {
  const seen = [];
  for (const inText of inTexts) {
    for (const attack of attacks) {
      const few = await timeOf(read, inText(textOf(attack, Math.min(first, most))));
      if (few * 32 > hopelessMs * 8) {
        seen.push({ few: few * 32, attack, inText });
        continue;
      }
      const ms = await timeOf(read, inText(textOf(attack, Math.ceil(most / part))));
      seen.push({ ms, attack, inText });
    }
  }
  seen.sort((one, other) => (other.few ?? other.ms * part) - (one.few ?? one.ms * part));
  let worst = { ms: 0, attack: attacks[0] };
  for (const { few, ms: ofPart, attack, inText } of seen) {
    const ms = few ?? (await timeOfWhole(read, inText, attack, most, ofPart, worst.ms));
    if (ms > worst.ms) worst = { ms, attack };
  }
  return worst;
}

async function timeOfWhole(read, inText, attack, most, ofPart, worstMs) {
  const least = Math.max(mostMs, worstMs);
  if (ofPart * part * part < least) return ofPart * part;
  // Far below: only the square of its time could get there, and that would show in half of the part.
  if (ofPart * part * 2 < least) {
    const ofHalf = await timeOf(read, inText(textOf(attack, Math.ceil(most / part / 2))));
    if (ofPart < ofHalf * 3) return ofPart * part;
  }
  return best(read, inText(textOf(attack, most)), worstMs);
}

const texts = new Map();

/** The same for every parser: to put it together takes longer than most need to read it. */
function textOf(attack, length) {
  const known = texts.get(attack)?.get(length);
  if (known !== undefined) return known;
  const made = Buffer.from(attackText(attack, length), 'utf16le').toString('utf16le');
  // One octet for each character where that is enough, as in a text from a file.
  const text = /[^\x00-\xff]/.test(made) ? made : Buffer.from(made, 'latin1').toString('latin1');
  if (!texts.has(attack)) texts.set(attack, new Map());
  texts.get(attack).set(length, text);
  return text;
}

/** One run is enough where it is short, or no longer than the worst that is known. */
async function best(read, text, worstMs) {
  let ms = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs && ms > Math.max(mostMs / 2, worstMs); run += 1) {
    ms = Math.min(ms, await timeOf(read, text));
    if (ms > hopelessMs) break;
  }
  return ms;
}

/** Of this process, without what collects garbage beside it where Node tells them apart. */
async function timeOf(read, text) {
  const usage = process.threadCpuUsage ?? process.cpuUsage;
  const start = usage.call(process);
  try {
    await read(text);
  } catch (error) {
    if (error instanceof ReferenceError || error instanceof TypeError) throw error;
  }
  const { user, system } = usage.call(process, start);
  return (user + system) / 1_000;
}
