import { certificateFaults, systemFaults } from '../connection-fault.js';
import { Problem } from '../problem.js';
import type { ExchangeChannel } from '../workflow/fact-ports.js';

const patienceMs = 30_000;
const longestAnswer = 16 * 1_048_576;

/** @param base of `serve --exchange`, without a trailing slash. */
export function createExchangeChannel(base: string): ExchangeChannel {
  return {
    async post(body, authorization) {
      try {
        const response = await fetch(`${base}/exchange`, {
          method: 'POST',
          headers: { authorization, 'content-type': 'application/x-ndjson' },
          body,
          redirect: 'error',
          signal: AbortSignal.timeout(patienceMs),
        });
        return { status: response.status, body: await readText(response) };
      } catch (cause) {
        throw new Problem('server-unreachable', `${base} cannot be reached: ${reasonOf(cause)}`, {
          fix: 'Is `mailtrack serve --exchange` running there, and the tunnel or front open? What came before is stored.',
          cause,
        });
      }
    },
  };
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > longestAnswer) throw new Error('the answer is longer than 16 MB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `fetch` hides what happened behind "fetch failed". */
function reasonOf(error: unknown): string {
  const { cause, message, name } = error as Error & { cause?: Error & { code?: string } };
  if (name === 'TimeoutError') return `no answer within ${patienceMs / 1_000} s`;
  const code = cause?.code ?? '';
  const certificate = certificateFaults.get(code);
  if (certificate !== undefined) return `its certificate ${certificate}`;
  return systemFaults.get(code) ?? cause?.message ?? message;
}
