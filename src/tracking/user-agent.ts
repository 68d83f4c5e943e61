/** Longer ones are cut: what identifies a client stands in front. */
const longest = 256;

/**
 * What is kept of a User-Agent field. One that is a dash says nothing, and access logs write a dash where there is none: it would
 * be another in the log than in the request.
 */
export function keptUserAgent(given: string): string {
  if (given === '-') return '';
  return given.length > longest ? beginningOf(given) : given;
}

/** A copy: a part of a string would keep the whole of it in memory. */
function beginningOf(userAgent: string): string {
  return Buffer.from(userAgent.slice(0, longest), 'utf16le').toString('utf16le');
}
