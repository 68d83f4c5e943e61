import { expect, it } from 'vitest';
import { classifyFetch, type FetchContext, judgeAgain } from '../../src/tracking/classify.js';
import { rules, unrecognized } from '../../src/tracking/rules.js';
import { fc } from '../properties/fast-check.js';

const chrome =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';
const thunderbird = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0';
const gmail = 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)';
const gmailPrefetch =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0';
const appleMail = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)';
const yahoo = 'YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html';

it.each([
  ['curl/8.5.0', 'bot', 0.95, 'command-line-tool'],
  ['Python-urllib/3.12', 'bot', 0.95, 'command-line-tool'],
  ['Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)', 'bot', 0.95, 'link-preview'],
  ['WhatsApp/2.23.20.0', 'bot', 0.95, 'link-preview'],
  ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'bot', 0.95, 'crawler'],
  [chrome.replace('Chrome/', 'HeadlessChrome/'), 'bot', 0.95, 'crawler'],
  ['Barracuda Sentinel (EE)', 'scanner', 0.97, 'mail-security-scanner'],
  ['Microsoft Office Existence Discovery', 'scanner', 0.97, 'mail-security-scanner'],
  [gmail, 'image-proxy', 0.85, 'gmail-image-proxy'],
  [gmailPrefetch, 'unknown', 0.4, 'gmail-prefetch-agent'],
  ['Mozilla/5.0', 'apple-mpp', 0.85, 'apple-mail-privacy'],
  [yahoo, 'image-proxy', 0.7, 'yahoo-image-proxy'],
  [thunderbird, 'human', 0.85, 'mail-client'],
  ['Outlook-iOS/709.2226530.prod.iphone (3.24.1)', 'human', 0.85, 'mail-client'],
  [
    'Mozilla/4.0 (compatible; MSIE 7.0; Microsoft Outlook 16.0.4266; ms-office; MSOffice 16)',
    'human',
    0.85,
    'mail-client',
  ],
  [appleMail, 'human', 0.65, 'webkit-mail-client'],
  [`${appleMail} Version/17.4 Safari/605.1.15`, 'human', 0.75, 'browser'],
  [chrome, 'human', 0.75, 'browser'],
  ['', 'unknown', 0.3, 'no-user-agent'],
  ['   ', 'unknown', 0.3, 'no-user-agent'],
  ['Something/1.0', 'bot', 0.6, 'lone-name'],
  ['Something/1.0 (Linux) Else', 'unknown', 0.4, 'unrecognized'],
])('takes %j for %s', (userAgent, kind, confidence, rule) => {
  expect(classifyFetch({ method: 'GET', userAgent }, {})).toEqual({ kind, confidence, rule });
  expect(classifyFetch({ method: 'GET', userAgent: userAgent.toUpperCase() }, {}).rule).toBe(rule);
});

it('takes HEAD for a scanner, whoever says to send it', () => {
  const verdict = { kind: 'scanner', confidence: 0.99, rule: 'not-a-get' };
  expect(classifyFetch({ method: 'HEAD', userAgent: thunderbird }, {})).toEqual(verdict);
});

it.each<[string, FetchContext, string]>([
  [chrome, { sinceAcceptedMs: -500 }, 'at-delivery'],
  [chrome, { sinceAcceptedMs: 1_999 }, 'at-delivery'],
  [chrome, { sinceAcceptedMs: 2_000 }, 'browser-early'],
  [chrome, { sinceAcceptedMs: 9_999 }, 'browser-early'],
  [chrome, { sinceAcceptedMs: 10_000 }, 'browser'],
  ['Something/1.0 (Linux) Else', { sinceAcceptedMs: 0 }, 'at-delivery'],
  ['', { sinceAcceptedMs: 0 }, 'at-delivery'],
  [gmail, { sinceAcceptedMs: 0, firstFetch: true }, 'gmail-image-proxy-early'],
  [gmail, { sinceAcceptedMs: 9_999 }, 'gmail-image-proxy-early'],
  [gmail, { sinceAcceptedMs: 9_999, firstFetch: false }, 'gmail-image-proxy'],
  [gmail, { sinceAcceptedMs: 10_000, firstFetch: true }, 'gmail-image-proxy'],
  [yahoo, { sinceAcceptedMs: 0 }, 'yahoo-image-proxy'],
  ['curl/8.5.0', { sinceAcceptedMs: 86_400_000 }, 'command-line-tool'],
])('judges %j, fetched at %j, by %s', (userAgent, context, rule) => {
  expect(classifyFetch({ method: 'GET', userAgent }, context).rule).toBe(rule);
});

it.each([chrome, ''])('takes no delay of %j from a clock that is wrong', userAgent => {
  const without = classifyFetch({ method: 'GET', userAgent }, {});
  for (const sinceAcceptedMs of [-60_001, -3 * 3_600_000, -86_400_000])
    expect(classifyFetch({ method: 'GET', userAgent }, { sinceAcceptedMs })).toEqual(without);
  expect(classifyFetch({ method: 'GET', userAgent }, { sinceAcceptedMs: -60_000 }).rule).toBe('at-delivery');
});

it.each([thunderbird, appleMail])('believes the mail client %j, however early it asks', userAgent => {
  expect(classifyFetch({ method: 'GET', userAgent }, { sinceAcceptedMs: 0 }).kind).toBe('human');
});

it('gives each rule an id of its own and a confidence above 0, of at most 1', () => {
  const all = [...rules.map(({ id, verdict }) => ({ ...verdict, rule: id })), unrecognized];
  expect(new Set(all.map(({ rule }) => rule)).size).toBe(all.length);
  expect(all.filter(({ confidence }) => confidence <= 0 || confidence > 1)).toEqual([]);
  expect(all.filter(({ rule }) => !/^[a-z]+(-[a-z]+)*$/.test(rule))).toEqual([]);
});

it('judges a fetch whose user agent is not kept any more as it would with it', () => {
  const agents = [
    chrome,
    thunderbird,
    gmail,
    gmailPrefetch,
    appleMail,
    yahoo,
    'curl/8',
    'Mozilla/5.0',
    'x',
    '',
  ];
  const moment = fc.record({
    sinceAcceptedMs: fc.option(fc.integer({ min: -5_000, max: 15_000 }), { nil: undefined }),
    firstFetch: fc.constantFrom(true, false, undefined),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...agents),
      fc.constantFrom('GET' as const, 'HEAD' as const),
      moment,
      (userAgent, method, context) => {
        const recorded = classifyFetch({ method, userAgent }, {});
        const expected = classifyFetch({ method, userAgent }, context);
        expect(judgeAgain({ method, userAgent: '', ...recorded }, context)).toEqual(expected);
        expect(judgeAgain({ method, userAgent, ...recorded }, context)).toEqual(expected);
      },
    ),
    { numRuns: 1_000 },
  );
});

it('leaves what a rule of another version said of a fetch without its user agent', () => {
  const recorded = { kind: 'human', confidence: 0.85, rule: 'of-long-ago' } as const;
  expect(judgeAgain({ method: 'GET', userAgent: '', ...recorded }, { sinceAcceptedMs: 0 })).toEqual(recorded);
});
