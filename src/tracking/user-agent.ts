/** Longer ones are cut: what identifies a client stands in front. */
export const mostUserAgent = 256;

/**
 * What is kept of a User-Agent field. One that is a dash says nothing, and access logs write a dash where there is none: it would
 * be another in the log than in the request.
 */
export function keptUserAgent(given: string): string {
  if (given === '-') return '';
  return given.length > mostUserAgent ? ownCopy(given.slice(0, mostUserAgent)) : given;
}

/** The same text in memory of its own: a part of a string keeps the whole of it, such as the header or the log it stood in. */
export function ownCopy(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
