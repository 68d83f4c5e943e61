import { attackText, checkerAttacks, denseAttacks } from './attacks.mjs';
import { parsers } from './parsers.mjs';

const megabyte = 1_000_000;
/** What takes the square is found with so few characters before it takes minutes. */
const first = megabyte / 32;
/** Milliseconds of the processor for 1 MB. What takes the square takes ten seconds and more. */
const mostMs = 2_000;
/** What a text in which there is little to find takes on a machine with nothing else to do. */
const wantedMs = 100;

/** @returns 1 when a parser took too long for one of the texts. */
export async function measureParsers(wanted) {
  let slow = 0;
  for (const [name, parse] of Object.entries(parsers)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for (const attacks of [checkerAttacks, denseAttacks]) {
      const { ms, attack } = await worstOf(parse, attacks);
      if (ms > mostMs) slow += 1;
      const verdict = ms > mostMs ? 'SLOW' : ms > wantedMs ? '' : 'ok';
      console.log(
        `${verdict.padEnd(5)}${name.padEnd(32)}${ms.toFixed(0).padStart(6)} ms  ${JSON.stringify(attack)}`,
      );
    }
  }
  console.log(slow === 0 ? 'every parser reads in proportion' : `${slow} times too slow`);
  return slow === 0 ? 0 : 1;
}

async function worstOf(parse, attacks) {
  let worst = { ms: 0, attack: attacks[0] };
  for (const attack of attacks) {
    const few = await fastest(parse, attackText(attack, first));
    const ms = few > mostMs ? few * 32 : await fastest(parse, attackText(attack, megabyte));
    if (ms > worst.ms) worst = { ms, attack };
  }
  return worst;
}

/** Of up to five runs, so that a busy machine and the compiling of our functions count less. */
async function fastest(parse, text) {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3 && least > wantedMs; run += 1) {
    const start = process.cpuUsage();
    try {
      await parse(text);
    } catch (error) {
      if (error instanceof ReferenceError || error instanceof TypeError) throw error;
    }
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}
