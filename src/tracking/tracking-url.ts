import { isLoopbackHost, isPrivateHost } from '../host.js';
import { parseUrl } from '../message/idna.js';
import { Problem } from '../problem.js';
import { withoutTrailing } from '../text-scan.js';

/**
 * The base of pixel URLs as it is used: without a trailing slash.
 * @param smtpHost where the mail goes out; mail that leaves this machine must not point back to it.
 * @throws Problem `tracking-url`: not an http(s) URL, http towards the internet, or unreachable for the readers.
 */
export function readTrackingUrl(text: string, smtpHost: string | undefined, allowLocal: boolean): string {
  const url = parseUrl(text);
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    // With an "@", it may be the URL of another setting, with its password.
    const written = text.includes('@') ? '' : ` ${JSON.stringify(text)}`;
    throw new Problem('tracking-url', `the tracking URL${written} is not an https URL`, {
      fix: 'Give the public address of `mailtrack serve`, such as https://t.example.com.',
    });
  }
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    throw new Problem('tracking-url', `the tracking URL for ${url.host} has more than a host and a path`, {
      fix: 'Leave out the user, the query and the fragment.',
    });
  }
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    throw new Problem('tracking-url', `the tracking URL ${text} is not https`, {
      fix: 'Put `mailtrack serve` behind a TLS front: many mail clients load no image over http.',
    });
  }
  if (!allowLocal && isPrivateHost(url.hostname) && smtpHost !== undefined && !isLoopbackHost(smtpHost)) {
    throw new Problem(
      'tracking-url',
      `the tracking URL ${text} is on a private network, but the mail leaves through ${smtpHost}: nobody would ever be counted`,
      { fix: 'Give the public address of `mailtrack serve`, or pass --allow-local-tracking.' },
    );
  }
  return withoutTrailing(`${url.origin}${url.pathname}`, '/');
}
