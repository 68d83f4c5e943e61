import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { PreparedResponse } from './responses.js';

/** Built once a second, when its Date changes. */
interface Head {
  readonly second: number;
  readonly text: string;
}

const heads = new WeakMap<PreparedResponse, Head>();

/**
 * In place of `writeHead`, for answers whose connection goes on: Node would check and join the same header fields again for
 * each, a fourteenth of what a pixel costs. `_header` is where Node keeps what it joined, and nobody promises that it stays
 * there: a test compares the octets with Node's own.
 * @returns false: this answer needs `writeHead`.
 */
export function putPrebuiltHead(response: ServerResponse, prepared: PreparedResponse): boolean {
  if (!response.shouldKeepAlive || prepared.body === undefined) return false;
  const second = Math.floor(Date.now() / 1_000);
  let head = heads.get(prepared);
  if (head?.second !== second) {
    head = { second, text: printHead(prepared, second) };
    heads.set(prepared, head);
  }
  response.statusCode = prepared.status;
  (response as ServerResponse & { _header: string })._header = head.text;
  return true;
}

/** As Node has it: Date behind the given fields, then Connection. RFC 9110 §6.6.1 */
function printHead({ status, headers }: PreparedResponse, second: number): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`;
  for (let index = 0; index < headers.length; index += 2)
    text += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return `${text}Date: ${new Date(second * 1_000).toUTCString()}\r\nConnection: keep-alive\r\n\r\n`;
}
