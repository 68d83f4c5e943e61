import { attackText, checkerAttacks, denseAttacks, numberedAttacks } from './attacks.mjs';
import { parsers } from './parsers.mjs';

const megabyte = 1_000_000;
/** What takes the square is found with so few characters before it takes minutes. */
const first = megabyte / 32;
/** Milliseconds of the processor for 1 MB, or for as much as the parser takes: docs/security.md. */
const mostMs = 100;
/** Runs whose median counts, so that a busy machine and the compiling of our functions count less. */
const runs = 5;
/** What takes that long in one run is asked no more. */
const hopelessMs = 2_000;

const attacks = [...checkerAttacks, ...denseAttacks, ...numberedAttacks];

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
    } = typeof parser === 'function' ? { read: parser } : parser;
    const { ms, attack } = await worstOf(read, most, inTexts);
    measured += 1;
    if (ms > mostMs) slow += 1;
    const length = most === megabyte ? '' : `${most.toLocaleString('en')} characters at most  `;
    console.log(
      `${ms > mostMs ? 'SLOW' : 'ok  '} ${name.padEnd(34)}${ms.toFixed(0).padStart(6)} ms  ${length}${shown(attack)}`,
    );
  }
  console.log(
    slow === 0
      ? `${measured} parsers, none takes more than ${mostMs} ms for 1 MB of the worst of ${attacks.length} texts`
      : `${slow} of ${measured} parsers take more than ${mostMs} ms for 1 MB`,
  );
  return slow === 0 ? 0 : 1;
}

function shown(attack) {
  return JSON.stringify(attack.map(part => (typeof part === 'function' ? part(1) : part)));
}

async function worstOf(read, most, inTexts) {
  let worst = { ms: 0, attack: attacks[0] };
  for (const inText of inTexts) {
    for (const attack of attacks) {
      const few = await timeOf(read, inText(attackText(attack, Math.min(first, most))));
      const ms = few * 32 > hopelessMs * 8 ? few * 32 : await median(read, inText(attackText(attack, most)));
      if (ms > worst.ms) worst = { ms, attack };
    }
  }
  return worst;
}

/** Of one run where that is short enough. */
async function median(read, text) {
  const times = [];
  while (times.length < runs) {
    const ms = await timeOf(read, text);
    times.push(ms);
    if ((times.length === 1 && ms < mostMs / 2) || ms > hopelessMs) return ms;
  }
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)];
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
