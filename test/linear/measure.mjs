import { attacks, attackText } from './attacks.mjs';
import { parsers } from './parsers.mjs';

const megabyte = 1_000_000;
const mostMs = 100;
/** With so few characters what takes the square is found before it takes minutes. */
const first = megabyte / 32;

/** @returns how many parsers took too long for one of the texts. */
export async function measureParsers(wanted) {
  let slow = 0;
  for (const [name, parse] of Object.entries(parsers)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    let worst = { ms: 0, attack: attacks[0] };
    for (const attack of attacks) {
      const few = await fastest(parse, attackText(attack, first));
      const ms = few > mostMs ? few * 32 : await fastest(parse, attackText(attack, megabyte));
      if (ms > worst.ms) worst = { ms, attack };
    }
    const isSlow = worst.ms > mostMs;
    if (isSlow) slow += 1;
    console.log(
      `${isSlow ? 'SLOW' : 'ok  '} ${name.padEnd(32)} ${worst.ms.toFixed(0).padStart(6)} ms  ${JSON.stringify(worst.attack)}`,
    );
  }
  console.log(
    slow === 0 ? 'all parsers: 1 MB in at most 100 ms' : `${slow} parsers took more than 100 ms for 1 MB`,
  );
  return slow;
}

/** Of up to three runs, so that a busy machine counts less. */
async function fastest(parse, text) {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3 && least > mostMs; run += 1) {
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
