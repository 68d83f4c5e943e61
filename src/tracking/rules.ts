/**
 * What user agents and moments say about who asked for a pixel. First match wins. The ids are stable: they are stored
 * with each fetch and printed by `explain`. What fetches say together is in `fetches-together.ts`. Change `rules-date.ts` with them.
 */
import { isLoneName, isNamedBot } from './bots.js';
import type { Classification, Fetch } from './fetch.js';
import { doubtfulProxies, gmailProxies, otherProxies, yahooProxies } from './image-proxies.js';
import {
  isBareWebView,
  isLinuxWebView,
  isMailProgram,
  isNamedLikeMail,
  isTextProgram,
} from './mail-programs.js';

/** What a rule can look at. */
export interface FetchFeatures {
  readonly method: Fetch['method'];
  /** Trimmed and in lower case. */
  readonly userAgent: string;
}

/** undefined is not known. */
export interface FetchMoment {
  /** Since the server accepted the recipient's copy; negative when the fetch came before the reply. */
  readonly sinceAcceptedMs: number | undefined;
  /** No fetch of this pixel was recorded before. */
  readonly firstFetch: boolean | undefined;
}

export interface FetchRule {
  readonly id: string;
  readonly matches: (features: FetchFeatures) => boolean;
  /** Of the moment; absent: at any. */
  readonly when?: (moment: FetchMoment) => boolean;
  /** Rules that match the same user agents at other moments, so that a fetch they matched can be judged when it is not kept. */
  readonly refines?: readonly string[];
  readonly verdict: Omit<Classification, 'rule'>;
}

// Parts of user agents, in lower case as all comparisons are.
const commandLineTools = [
  'curl/',
  'wget/',
  'python-requests',
  'python-urllib',
  'aiohttp',
  'go-http-client',
  'okhttp/',
  'java/',
  'apache-httpclient',
  'ahc/',
  'libwww-perl',
  'node-fetch',
  'axios/',
  'undici',
  'lua-resty-http',
];
const linkPreviews = [
  'slackbot',
  'facebookexternalhit',
  'twitterbot',
  'discordbot',
  'whatsapp/',
  'telegrambot',
  'linkedinbot',
  'skypeuripreview',
  'bingpreview',
  'snap url preview',
];
const crawlers = ['headlesschrome', 'phantomjs', 'crawler', 'spider'];
const scanners = [
  'barracuda',
  'proofpoint',
  'mimecast',
  'messagelabs',
  'symantec',
  'scmguard',
  'microsoft office existence discovery',
  'microsoft office protocol discovery',
  'microsoft exchange/',
];
const browsers = ['chrome/', 'firefox/', 'safari/', 'edg/'];

/**
 * How long before its acceptance a copy may have been looked at: gateways look while the server has not replied yet, and clocks of two
 * machines differ by some seconds.
 */
export const mostEarlyMs = 60_000;

const gmailPrefetch =
  'mozilla/5.0 (windows nt 10.0; win64; x64) applewebkit/537.36 (khtml, like gecko) chrome/42.0.2311.135 safari/537.36 edge/12.246 mozilla/5.0';

export const rules: readonly FetchRule[] = [
  {
    id: 'not-a-get',
    matches: ({ method }) => method !== 'GET',
    verdict: { kind: 'scanner', confidence: 0.99 },
  },
  {
    id: 'mail-security-scanner',
    matches: names(scanners),
    verdict: { kind: 'scanner', confidence: 0.97 },
  },
  {
    // Some say that Gmail fetches at delivery, some that it never does: the fetch counts, with less confidence.
    id: 'gmail-image-proxy-early',
    matches: names(gmailProxies),
    when: moment => within(10_000, moment) && moment.firstFetch !== false,
    refines: ['gmail-image-proxy'],
    verdict: { kind: 'image-proxy', confidence: 0.5 },
  },
  {
    id: 'gmail-image-proxy',
    matches: names(gmailProxies),
    verdict: { kind: 'image-proxy', confidence: 0.85 },
  },
  {
    // Gmail's prefetch for an open session by most accounts, the proxy of Outlook.com by one: only the network could
    // tell.
    id: 'gmail-prefetch-agent',
    matches: ({ userAgent }) => userAgent === gmailPrefetch,
    verdict: { kind: 'unknown', confidence: 0.4 },
  },
  {
    // The device fetched it through Apple's relay, whether or not anybody looked.
    id: 'apple-mail-privacy',
    matches: ({ userAgent }) => userAgent === 'mozilla/5.0',
    verdict: { kind: 'apple-mpp', confidence: 0.85 },
  },
  {
    id: 'yahoo-image-proxy',
    matches: names(yahooProxies),
    verdict: { kind: 'image-proxy', confidence: 0.7 },
  },
  {
    id: 'other-image-proxy',
    matches: names(otherProxies),
    verdict: { kind: 'image-proxy', confidence: 0.7 },
  },
  {
    id: 'doubtful-image-proxy',
    matches: names(doubtfulProxies),
    verdict: { kind: 'image-proxy', confidence: 0.4 },
  },
  {
    id: 'command-line-tool',
    matches: names(commandLineTools),
    verdict: { kind: 'bot', confidence: 0.95 },
  },
  {
    // The URL was pasted or the message forwarded into a chat.
    id: 'link-preview',
    matches: names(linkPreviews),
    verdict: { kind: 'bot', confidence: 0.95 },
  },
  {
    id: 'crawler',
    matches: features => names(crawlers)(features) || saysBot(features),
    verdict: { kind: 'bot', confidence: 0.95 },
  },
  {
    // These block remote images until asked, so the fetch is an act: no rule about moments comes before.
    id: 'mail-client',
    matches: ({ userAgent }) => isMailProgram(userAgent),
    verdict: { kind: 'human', confidence: 0.85 },
  },
  {
    id: 'webkit-mail-client',
    matches: ({ userAgent }) => isBareWebView(userAgent),
    verdict: { kind: 'human', confidence: 0.65 },
  },
  {
    id: 'text-program',
    matches: ({ userAgent }) => isTextProgram(userAgent),
    verdict: { kind: 'human', confidence: 0.65 },
  },
  {
    id: 'named-bot',
    matches: ({ userAgent }) => isNamedBot(userAgent),
    verdict: { kind: 'bot', confidence: 0.9 },
  },
  {
    id: 'linux-web-view',
    matches: ({ userAgent }) => isLinuxWebView(userAgent),
    verdict: { kind: 'human', confidence: 0.7 },
  },
  {
    id: 'named-like-mail',
    matches: ({ userAgent }) => isNamedLikeMail(userAgent),
    verdict: { kind: 'human', confidence: 0.6 },
  },
  {
    id: 'lone-name',
    matches: ({ userAgent }) => isLoneName(userAgent),
    verdict: { kind: 'bot', confidence: 0.6 },
  },
  {
    // Nobody reads that fast; gateways look before they deliver, even before they reply.
    id: 'at-delivery',
    matches: () => true,
    when: moment => within(2_000, moment),
    refines: ['browser', 'no-user-agent', 'unrecognized'],
    verdict: { kind: 'scanner', confidence: 0.8 },
  },
  {
    id: 'browser-early',
    matches: isBrowser,
    when: moment => within(10_000, moment),
    refines: ['browser'],
    verdict: { kind: 'unknown', confidence: 0.5 },
  },
  {
    id: 'browser',
    matches: isBrowser,
    verdict: { kind: 'human', confidence: 0.75 },
  },
  {
    id: 'no-user-agent',
    matches: ({ userAgent }) => userAgent === '',
    verdict: { kind: 'unknown', confidence: 0.3 },
  },
];

/** What no rule knows. */
export const unrecognized: Classification = { kind: 'unknown', confidence: 0.4, rule: 'unrecognized' };

function names(parts: readonly string[]): FetchRule['matches'] {
  return ({ userAgent }) => parts.some(part => userAgent.includes(part));
}

/** Its name ends in "bot", and is no part of an address: "GoogleBot/2.1", "some_bot;", and not the phones of Cubot. */
function saysBot({ userAgent }: FetchFeatures): boolean {
  for (let at = userAgent.indexOf('bot'); at !== -1; at = userAgent.indexOf('bot', at + 1))
    if (/^[/;\s)-]?$/.test(userAgent.slice(at + 3, at + 4)) && userAgent.slice(at - 2, at) !== 'cu')
      return true;
  return false;
}

/** Long before acceptance there was no copy to look at: a clock is wrong, and the delay says nothing. */
function within(ms: number, { sinceAcceptedMs }: FetchMoment): boolean {
  return sinceAcceptedMs !== undefined && sinceAcceptedMs < ms && sinceAcceptedMs >= -mostEarlyMs;
}

function isBrowser(features: FetchFeatures): boolean {
  return features.userAgent.startsWith('mozilla/5.0 (') && names(browsers)(features);
}
