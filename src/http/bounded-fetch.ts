/** Requests to servers of others: within a time, without redirects, and for an answer of a known size at most. */
export interface BoundedRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the connection until the last octet of the answer. */
  readonly patienceMs: number;
  readonly longestBytes: number;
}

export interface BoundedAnswer {
  /** A redirect is an answer like any other: a server may not send us to a third one. */
  readonly status: number;
  readonly body: string;
}

export class AnswerTooLong extends Error {
  constructor(longestBytes: number) {
    super(`the answer is longer than ${size(longestBytes)}`);
  }
}

/** @throws AnswerTooLong; what `fetch` throws, a `TimeoutError` for one. Nothing of the answer is kept then. */
export async function fetchBounded(url: string, request: BoundedRequest): Promise<BoundedAnswer> {
  const { method = 'GET', headers, body = null, patienceMs, longestBytes } = request;
  const response = await fetch(url, {
    method,
    // Without it, a small answer could be packed so that it becomes a large one.
    headers: { 'accept-encoding': 'identity', ...headers },
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(patienceMs),
  });
  return { status: response.status, body: await readText(response, longestBytes) };
}

async function readText(response: Response, longestBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop early ends the connection.
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > longestBytes) throw new AnswerTooLong(longestBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function size(bytes: number): string {
  return bytes >= 1_048_576 ? `${bytes / 1_048_576} MB` : `${bytes / 1_024} kB`;
}
