import type { IncomingMessage } from 'node:http';
import { before } from '../text-scan.js';
import type { PixelRequest } from '../tracking/fetch.js';
import { tokenOfPath } from '../tracking/pixel.js';
import { unsubscribeTokenOf } from '../tracking/unsubscribe.js';
import {
  createHealthResponse,
  linkNotAllowed,
  notAllowed,
  notFound,
  optionsResponse,
  type PreparedResponse,
  pixelResponse,
  robotsResponse,
  unsubscribedPage,
  unsubscribeFailedPage,
  unsubscribeIncompletePage,
  unsubscribePage,
} from './responses.js';

export interface AnswerOptions {
  /** A promise resolves when the answer may go out; without one it may at once. */
  readonly record: (request: PixelRequest) => unknown;
  /** Asked for each answer that names it: keys may be replaced while the server runs. */
  readonly keyFingerprint: () => string;
  readonly unsubscriber: LinkKeeper;
  /** Called for every request, before it is answered. Must not throw. */
  readonly onRequest?: ((kind: RequestKind) => void) | undefined;
  readonly onFault: (error: unknown) => void;
}

/** What stands behind the links to unsubscribe. */
export interface LinkKeeper {
  /** Whether a link is whole and of a key there is. */
  isLink(token: string): boolean;
  /** Carries out the link of one copy; resolves when that is durable, or with `late` when it takes too long. */
  unsubscribe(token: string): Promise<'unsubscribed' | 'late' | 'no-link'>;
}

/** What was asked for, as far as it is answered with that: another method is `options` or `not-allowed`, wherever it goes. */
export const requestKinds = [
  'pixel',
  'unsubscribe-page',
  'unsubscribe',
  'health',
  'options',
  'not-allowed',
  'other',
] as const;

export type RequestKind = (typeof requestKinds)[number];

/** A promise only when there is something to wait for: most of a pixel's cost would be promises. */
export type Answer = PreparedResponse | Promise<PreparedResponse>;

/** Which response a request gets. `networkOf` is asked when the network of the client is needed. */
export function createAnswers(options: AnswerOptions) {
  const { record, keyFingerprint, unsubscriber, onRequest, onFault } = options;

  return (request: IncomingMessage, networkOf: () => string): Answer => {
    const { method, url = '' } = request;
    const token = tokenOfPath(url);
    if (token !== undefined) {
      onRequest?.(kindOf(method, 'pixel'));
      return answerPixel(request, token, networkOf);
    }
    const link = unsubscribeTokenOf(url);
    if (link !== undefined) {
      onRequest?.(linkKindOf(method));
      return answerLink(method, link);
    }
    return answerPage(method, before(url, '?'));
  };

  function answerPage(method: string | undefined, path: string): PreparedResponse {
    const page = pageOf(path);
    onRequest?.(page === undefined ? 'other' : kindOf(method, path === '/healthz' ? 'health' : 'other'));
    if (page === undefined) return notFound;
    if (method === 'OPTIONS') return optionsResponse;
    return method === 'GET' || method === 'HEAD' ? page : notAllowed;
  }

  function pageOf(path: string): PreparedResponse | undefined {
    if (path === '/healthz') return createHealthResponse(keyFingerprint());
    return path === '/robots.txt' ? robotsResponse : undefined;
  }

  function answerPixel(request: IncomingMessage, token: string, networkOf: () => string): Answer {
    const { method } = request;
    if (method === 'OPTIONS') return optionsResponse;
    if (method !== 'GET' && method !== 'HEAD') return notAllowed;
    try {
      const recorded = record({ method, token, userAgent: userAgentOf(request), network: networkOf() });
      if (recorded instanceof Promise) return recorded.then(() => pixelResponse, answerAllTheSame);
      return pixelResponse;
    } catch (error) {
      return answerAllTheSame(error);
    }
  }

  /** A mail without its image would show its reader that something is wrong with us. */
  function answerAllTheSame(error: unknown): PreparedResponse {
    onFault(error);
    return pixelResponse;
  }

  /**
   * Only POST acts. RFC 8058 §3.1. A page that says that it is done must be true: a link that lost its end on the way would
   * leave its reader on the list.
   */
  async function answerLink(method: string | undefined, token: string): Promise<PreparedResponse> {
    const asks = method === 'GET' || method === 'HEAD';
    if (!asks && method !== 'POST') return linkNotAllowed;
    try {
      if (asks) return unsubscriber.isLink(token) ? unsubscribePage : unsubscribeIncompletePage;
      return pageAfter[await unsubscriber.unsubscribe(token)];
    } catch (error) {
      onFault(error);
      return unsubscribeFailedPage;
    }
  }
}

const pageAfter = {
  unsubscribed: unsubscribedPage,
  late: unsubscribeFailedPage,
  'no-link': unsubscribeIncompletePage,
};

function kindOf(method: string | undefined, kind: RequestKind): RequestKind {
  if (method === 'GET' || method === 'HEAD') return kind;
  return method === 'OPTIONS' ? 'options' : 'not-allowed';
}

function linkKindOf(method: string | undefined): RequestKind {
  if (method === 'POST') return 'unsubscribe';
  return method === 'GET' || method === 'HEAD' ? 'unsubscribe-page' : 'not-allowed';
}

/** `headers` would make an object of all of them, for each request. */
function userAgentOf({ rawHeaders }: IncomingMessage): string {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length === 10 && name.toLowerCase() === 'user-agent') return rawHeaders[index + 1] ?? '';
  }
  return '';
}
