/**
 * Whether DMARC can count a signature for the author's domain: both have to belong to one organisational domain
 * (RFC 9989). Which that is stands in DNS; without asking, only a domain, what is below it and what is above it are sure.
 */
export function isSurelyAligned(signingDomain: string, authorDomain: string): boolean {
  return (
    signingDomain === authorDomain ||
    authorDomain.endsWith(`.${signingDomain}`) ||
    signingDomain.endsWith(`.${authorDomain}`)
  );
}
