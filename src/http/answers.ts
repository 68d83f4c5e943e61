import type { IncomingMessage } from 'node:http';
import { before } from '../text-scan.js';
import type { PixelRequest } from '../tracking/fetch.js';
import { tokenOfPath } from '../tracking/pixel.js';
import { selfCookie, selfTokenInCookie, selfTokenOf } from '../tracking/self-link.js';
import { stopTokenOf } from '../tracking/stop-tracking.js';
import { unsubscribeTokenOf } from '../tracking/unsubscribe.js';
import {
  createHealthResponse,
  linkFailedPage,
  linkIncompletePage,
  linkNotAllowed,
  notAllowed,
  notFound,
  optionsResponse,
  type PreparedResponse,
  pixelResponse,
  robotsResponse,
  selfMarkedPage,
  selfPage,
  stopTrackingPage,
  trackingStoppedPage,
  unsubscribedPage,
  unsubscribePage,
} from './responses.js';

export interface AnswerOptions {
  /** A promise resolves when the answer may go out; without one it may at once. */
  readonly record: (request: PixelRequest) => unknown;
  /** Asked for each answer that names it: keys may be replaced while the server runs. */
  readonly keyFingerprint: () => string;
  readonly unsubscriber: LinkKeeper;
  /** undefined: there is no such link. */
  readonly trackingStopper?: StopKeeper | undefined;
  /** undefined: there is no such link. */
  readonly selfMarker?: SelfKeeper | undefined;
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

/** Handles the links that end tracking. */
export interface StopKeeper extends Pick<LinkKeeper, 'isLink'> {
  /** Carries out the link of one copy; resolves when that is durable, or with `late` when it takes too long. */
  press(token: string): Promise<'done' | 'late' | 'no-link'>;
}

/** Checks the links that mark a browser as the sender's. */
export interface SelfKeeper {
  isLink(token: string): boolean;
}

/** What was asked for, as far as it is answered with that: another method is `options` or `not-allowed`, wherever it goes. */
export const requestKinds = [
  'pixel',
  'unsubscribe-page',
  'unsubscribe',
  'stop-tracking-page',
  'stop-tracking',
  'self-page',
  'self',
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
  const { record, keyFingerprint, unsubscriber, trackingStopper, selfMarker, onRequest, onFault } = options;

  const unsubscribing: LinkAnswers = {
    isLink: token => unsubscriber.isLink(token),
    press: async token => {
      const outcome = await unsubscriber.unsubscribe(token);
      return outcome === 'unsubscribed' ? 'done' : outcome;
    },
    page: unsubscribePage,
    done: unsubscribedPage,
  };
  const stopping: LinkAnswers | undefined =
    trackingStopper === undefined
      ? undefined
      : {
          isLink: token => trackingStopper.isLink(token),
          press: token => trackingStopper.press(token),
          page: stopTrackingPage,
          done: trackingStoppedPage,
        };

  return (request: IncomingMessage, networkOf: () => string): Answer => {
    const { method, url = '' } = request;
    const token = tokenOfPath(url);
    if (token !== undefined) {
      onRequest?.(kindOf(method, 'pixel'));
      return answerPixel(request, token, networkOf);
    }
    const link = unsubscribeTokenOf(url);
    if (link !== undefined) {
      onRequest?.(linkKindOf(method, 'unsubscribe'));
      return answerLink(method, link, unsubscribing);
    }
    const stop = stopping === undefined ? undefined : stopTokenOf(url);
    if (stop !== undefined && stopping !== undefined) {
      onRequest?.(linkKindOf(method, 'stop-tracking'));
      return answerLink(method, stop, stopping);
    }
    const mark = selfMarker === undefined ? undefined : selfTokenOf(url);
    if (mark !== undefined && selfMarker !== undefined) {
      onRequest?.(linkKindOf(method, 'self'));
      return answerMark(method, mark, selfMarker);
    }
    return answerPage(method, before(url, '?'));
  };

  /** Only POST marks: otherwise a scanner of the sender's own mail would be taken for them. */
  function answerMark(method: string | undefined, token: string, marker: SelfKeeper): PreparedResponse {
    const asks = method === 'GET' || method === 'HEAD';
    if (!asks && method !== 'POST') return linkNotAllowed;
    if (!marker.isLink(token)) return linkIncompletePage;
    return asks ? selfPage : withCookie(selfMarkedPage, selfCookie(token));
  }

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
      const recorded = record({
        method,
        token,
        userAgent: fieldOf(request, 'user-agent'),
        network: networkOf(),
        selfToken: selfMarker === undefined ? undefined : selfTokenInCookie(fieldOf(request, 'cookie')),
      });
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
  async function answerLink(
    method: string | undefined,
    token: string,
    link: LinkAnswers,
  ): Promise<PreparedResponse> {
    const asks = method === 'GET' || method === 'HEAD';
    if (!asks && method !== 'POST') return linkNotAllowed;
    try {
      if (asks) return link.isLink(token) ? link.page : linkIncompletePage;
      const outcome = await link.press(token);
      if (outcome === 'done') return link.done;
      return outcome === 'late' ? linkFailedPage : linkIncompletePage;
    } catch (error) {
      onFault(error);
      return linkFailedPage;
    }
  }
}

/** A link that people press, with its pages: what asks first, and what says that it is done. */
interface LinkAnswers extends StopKeeper {
  readonly page: PreparedResponse;
  readonly done: PreparedResponse;
}

function withCookie(page: PreparedResponse, cookie: string): PreparedResponse {
  const field = ['Set-Cookie', cookie];
  return { ...page, headers: [...page.headers, ...field], lastHeaders: [...page.lastHeaders, ...field] };
}

function kindOf(method: string | undefined, kind: RequestKind): RequestKind {
  if (method === 'GET' || method === 'HEAD') return kind;
  return method === 'OPTIONS' ? 'options' : 'not-allowed';
}

function linkKindOf(method: string | undefined, kind: 'unsubscribe' | 'stop-tracking' | 'self'): RequestKind {
  if (method === 'POST') return kind;
  return method === 'GET' || method === 'HEAD' ? `${kind}-page` : 'not-allowed';
}

/** `headers` would make an object of all of them, for each request. */
function fieldOf({ rawHeaders }: IncomingMessage, wanted: string): string {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length === wanted.length && name.toLowerCase() === wanted) return rawHeaders[index + 1] ?? '';
  }
  return '';
}
