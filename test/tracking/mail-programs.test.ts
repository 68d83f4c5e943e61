/** Families of user agents: programs that people read mail with, proxies of their providers, and bots. The agents here are made up. */
import { describe, expect, it } from 'vitest';
import { classifyFetch } from '../../src/tracking/classify.js';
import { keptUserAgent } from '../../src/tracking/user-agent.js';
import { hasProduct, hasWord } from '../../src/tracking/words.js';

const judge = (userAgent: string, sinceAcceptedMs?: number) =>
  classifyFetch({ method: 'GET', userAgent: keptUserAgent(userAgent) }, { sinceAcceptedMs });
const webKit = (system: string, version: string, end = '') =>
  `Mozilla/5.0 (${system}) AppleWebKit/${version} (KHTML, like Gecko)${end}`;

describe('a mail program', () => {
  it.each([
    'Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Trident/7.0; MSOffice 19)',
    'Microsoft Office/17.0 (Windows NT 11.0; Microsoft Outlook 17.0.1; Pro)',
    'Outlook/17.1 CFNetwork/1500 Darwin/24.0',
    'Outlook-Android/3.1 (Pixel 9)',
    'Outlook-Express/7.5 (MSIE 7.0)',
    'WindowsMail/18.0.1',
    'Mozilla/5.0 (X11; Linux x86_64; rv:60.0) Gecko/20100101 Icedove/60.1',
    'Mozilla/5.0 (Windows NT 11.0; rv:140.0) Gecko/20100101 Betterbird/140.1',
    'Mozilla/5.0 (X11; Linux; rv:91.0) Gecko/20100101 Firefox/91.0 SeaMonkey/2.53',
    'Postbox 8.1 (Macintosh/2030)',
    'The Bat! 11.2.0',
    'Mozilla/5.0 (Windows NT 11.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36 eM Client/11.0',
    'Mozilla/4.0 (compatible; Lotus-Notes/9.0; Windows-NT)',
    'Evolution/4.1',
    'Claws Mail/5.0 (GTK+ 4)',
    'Fancy Viewer',
    'KMail/6.1 (Linux; KDE)',
    'MailMate/6000',
    'FairEmail/1.3000 (Android 16)',
    'K-9 Mail/9.0',
    'AquaMail/2.0',
    webKit('iPhone; CPU iPhone OS 19_1 like Mac OS X', '700.1', ' Mobile/20A1 BlueMail iOS'),
    'SamsungEmail/7.0 (Android 16)',
    'Yahoo%20Mail/60000 CFNetwork/1500',
    'YahooMobileMail/2.0 (Android Mail; 2.0)',
    'Mozilla/5.0 (Windows NT 11.0) AppleWebKit/537.36 (KHTML, like Gecko) SparkDesktop/4.0 Chrome/150.0 Safari/537.36',
    'Spark/4.1 (iPad)',
  ])('is %j, and believed when it is early', userAgent => {
    expect(judge(userAgent, 100)).toMatchObject({ kind: 'human', rule: 'mail-client' });
  });

  it.each([
    'SparkPost',
    'SparkShipping',
    'spark-submit',
    'Evolutionary/1 (x) y',
    'Sunrise Mailer',
    'AirmailBot/1.0',
  ])('is not %j, which has part of a name', userAgent => {
    expect(judge(userAgent).rule).not.toBe('mail-client');
  });

  it('is what nobody knows but ends in "mail", with less confidence', () => {
    expect(judge('Mozilla/5.0 (X11; Linux) Gecko FutureMail/1.0')).toEqual({
      kind: 'human',
      confidence: 0.6,
      rule: 'named-like-mail',
    });
  });
});

describe('Apple Mail', () => {
  it.each([
    webKit('Macintosh; Intel Mac OS X 10_11_6', '601.7.8'),
    webKit('Macintosh; Intel Mac OS X 10_15_7', '605.1.15'),
    webKit('Macintosh; Intel Mac OS X 15_0', '700.1.2'),
    webKit('iPhone; CPU iPhone OS 18_0 like Mac OS X', '605.1.15', ' Mobile/15E148'),
    webKit('iPad; CPU OS 10_1 like Mac OS X', '602.2.14', ' Mobile/14B100'),
  ])('is %j', userAgent => {
    expect(judge(userAgent, 100)).toMatchObject({ kind: 'human', rule: 'webkit-mail-client' });
  });

  it.each([
    webKit('Windows NT 10.0; Win64; x64', '537.36'),
    webKit('iPhone; CPU iPhone OS 18_0 like Mac OS X', '605.1.15', ' Mobile/15E148 SomeApp/1'),
    webKit(
      'iPhone; CPU iPhone OS 18_0 like Mac OS X',
      '605.1.15',
      ' Version/18.0 Mobile/15E148 Safari/604.1',
    ),
  ])('is not %j', userAgent => {
    expect(judge(userAgent).rule).not.toBe('webkit-mail-client');
  });
});

describe('programs of Linux that load nothing unasked', () => {
  it.each([
    [webKit('X11; Linux x86_64', '605.1.15', ' Version/60.5 Safari/605.1.15'), 'linux-web-view'],
    [webKit('X11; Linux x86_64', '537.36', ' QtWebEngine/6.8 Chrome/122.0 Safari/537.36'), 'linux-web-view'],
    ['w3m/0.6', 'text-program'],
    ['Lynx/2.9 libwww-FM/2.14', 'text-program'],
    ['ELinks/0.18 (textmode; Linux; -)', 'text-program'],
    ['URL/Emacs Emacs/31 (TTY; x86_64-pc-linux-gnu)', 'text-program'],
  ])('are believed at once: %j', (userAgent, rule) => {
    for (const early of [0, 5_000]) expect(judge(userAgent, early)).toMatchObject({ kind: 'human', rule });
  });

  it('are not Chrome, which shows web mail', () => {
    const chrome = webKit('X11; Linux x86_64', '537.36', ' Chrome/150.0.0.0 Safari/537.36');
    expect(judge(chrome, 5_000).rule).toBe('browser-early');
  });
});

it.each([
  'YahooMailProxy;%20https://example.com/kb',
  'RamblerMail/7.0 (incompatible; ImageProxy/7.0)',
  'Mozilla/5.0 SeznamEmailProxy/3.0.1',
  'Mozilla/5.0 (Windows NT 10.0) Chrome/99.0 Safari/537.36 (via example.com - mail.ukr.net proxy)',
  'hey.com/imageproxy Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0.0.0 Safari/537.36',
  'Shortwave Image Fetcher',
  'FastmailUA/2.0',
])('takes %j for the proxy of a provider', userAgent => {
  expect(judge(userAgent)).toMatchObject({ kind: 'image-proxy', confidence: 0.7 });
});

describe('a bot', () => {
  it.each([
    ['Mozilla/5.0 (compatible; SomeNewBot/3.0; +https://bot.example)', 'crawler'],
    ['some-fetch_bot', 'crawler'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/150.0 Safari/537.36; Selenium', 'named-bot'],
    ['Mozilla/5.0 (compatible; Research; +https://lab.example)', 'named-bot'],
    ['Example Data Team (+http://www.example.com/support/)', 'named-bot'],
    ['ThunderbirdBot/1.0', 'crawler'],
    ['Fetcher', 'lone-name'],
  ])('is %j', (userAgent, rule) => {
    expect(judge(userAgent)).toMatchObject({ kind: 'bot', rule });
  });

  it('is not a phone of Cubot', () => {
    const phone =
      'Mozilla/5.0 (Linux; Android 14; CUBOT) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36';
    expect(judge(phone).rule).toBe('browser');
  });

  it('is not what is left of a word where a long user agent is cut', () => {
    const browser = webKit('Linux; Android 14; Pixel 9; wv', '537.36', ' Chrome/130.0 Mobile Safari/537.36 ');
    const long = `${browser}${'a'.repeat(244 - browser.length)}; Google/google`;
    expect(judge(long).rule).toBe('browser');
  });
});

it.each([
  'a'.repeat(8_192),
  '\u0000\u0001\u001b[31m',
  'Почта/1.0 (Андроид)',
  '郵件 1.0',
  '()<>[]{}',
  '%',
  '\ud800',
])('has a verdict for %#, whatever is in it', userAgent => {
  expect(judge(userAgent).confidence).toBeGreaterThan(0);
});

it('finds words between anything but letters and digits', () => {
  expect(hasWord('the spark!', ['spark'])).toBe(true);
  expect(hasWord('sparks, a spark', ['spark'])).toBe(true);
  expect(hasWord('myspark spark2', ['spark'])).toBe(false);
  expect(hasProduct('nine/4.5', ['nine'])).toBe(true);
  expect(hasProduct('nine lives', ['nine'])).toBe(false);
});
