import type { Origin } from './load-config.js';

/** `--smtp`, `MAILTRACK_SMTP_URL`, or file and line. */
export function printOrigin(origin: Origin): string {
  if (!('file' in origin)) return origin.name;
  return origin.line === undefined ? origin.file : `${origin.file}:${origin.line}`;
}
