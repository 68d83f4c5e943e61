/**
 * One question to another HTTP server. Not `fetch`, which asks the resolver for `localhost`, follows redirects and has no
 * limit for an answer.
 */
import dns from 'node:dns';
import type { IncomingMessage } from 'node:http';
import { isIP, type LookupFunction } from 'node:net';
import { isPrivateAddress, loopbackAddresses } from '../host.js';

export interface Question {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds for all of it, from the name to the last octet. */
  readonly patienceMs: number;
  /** Octets of the answer that are taken. */
  readonly longestAnswer: number;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export class AnswerTooLong extends Error {
  constructor(longestBytes: number) {
    super(`the answer is longer than ${sizeOf(longestBytes)}`);
  }
}

/**
 * A redirect is an answer like any other, and is not followed.
 * @throws AnswerTooLong; Error with Node's code, whose message says in words when the answer is late, or the address wrong.
 */
export async function askHttp(url: string, question: Question): Promise<Answer> {
  const { method, headers = {}, body, patienceMs, longestAnswer } = question;
  const isClear = new URL(url).protocol === 'http:';
  const { request } = isClear ? await import('node:http') : await import('node:https');
  return new Promise((resolve, reject) => {
    const asked = request(url, {
      method,
      // Without it, a small answer could be packed so that it becomes a large one.
      headers: {
        'accept-encoding': 'identity',
        ...headers,
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
      },
      // A connection that waits for more questions would keep the process, and may be closed under the next one.
      agent: false,
      lookup: lookupFor(isClear),
    });
    const timer = setTimeout(
      () => asked.destroy(new Error(`no answer within ${patienceMs / 1_000} s`)),
      patienceMs,
    );
    asked.once('close', () => clearTimeout(timer));
    asked.once('error', reject);
    asked.once('response', response => {
      readText(response, longestAnswer).then(text => {
        resolve({ status: response.statusCode ?? 0, body: text });
      }, reject);
    });
    asked.end(body);
  });
}

async function readText(response: IncomingMessage, longest: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longest) throw new AnswerTooLong(longest);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function sizeOf(bytes: number): string {
  return bytes >= 1_048_576 ? `${bytes / 1_048_576} MB` : `${bytes / 1_024} kB`;
}

/**
 * Loopback names are this machine, whatever the resolver says. In clear text a name must lead to this machine or its network:
 * what it is asked with is not for others. RFC 6761 §6.3
 */
function lookupFor(isClear: boolean): LookupFunction {
  return (host, options, done) => {
    const known = loopbackAddresses(host);
    if (known !== undefined) {
      const addresses = known.map(address => ({ address, family: isIP(address) }));
      answer(done, addresses, options.all === true);
      return;
    }
    dns.lookup(host, { ...options, all: true }, (error, addresses) => {
      const foreign = isClear ? addresses?.find(({ address }) => !isPrivateAddress(address)) : undefined;
      if (error !== null) done(error, [], 0);
      else if (foreign !== undefined) {
        done(new Error(`${host} is ${foreign.address}, which is not on this network: use https`), [], 0);
      } else answer(done, addresses, options.all === true);
    });
  };
}

function answer(
  done: Parameters<LookupFunction>[2],
  addresses: readonly { readonly address: string; readonly family: number }[],
  all: boolean,
): void {
  const [first] = addresses;
  if (all) done(null, [...addresses]);
  else done(null, first?.address ?? '', first?.family ?? 0);
}
