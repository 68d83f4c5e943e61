import { networkPrefix } from './network.js';

/**
 * Lines of access logs as reverse proxies write them: the common and combined formats of Apache and nginx, with or without the
 * virtual host before them (`vhost_combined`) or the tag of syslog (HAProxy), JSON of nginx
 * (`escape=json`, with whatever names its owner chose), of Caddy and of Traefik. Which one is decided line by line. A text here is a
 * log read as Latin-1, one character an octet, as Node gives header fields: so user agents compare equal.
 */
export interface LoggedRequest {
  readonly address: string;
  /** Unix time in milliseconds, of the second or finer. */
  readonly at: number;
  readonly method: string;
  readonly target: string;
  readonly status: number;
  /** '' when the request named none or the log leaves it out; undefined when the format has no place for it. */
  readonly userAgent: string | undefined;
}

/** @returns undefined for what is no line of an access log. Never throws. */
export function parseLogLine(line: string): LoggedRequest | undefined {
  return line.startsWith('{') ? parseJsonLine(line) : parseCommonLine(line);
}

// --- common and combined --------------------------------------------------------------------------------------

// Quoted parts are escaped, so a quote ends them. No part can match in two ways: the time to fail is linear.
const commonLine =
  /^(?<first>\S+) (?<second>\S+) [^[\n]*\[(?<time>[^\]]{20,40})\] "(?<request>(?:[^"\\]|\\.)*)" (?<status>\d{3}) (?:\d+|-)(?: "(?:[^"\\]|\\.)*" "(?<agent>(?:[^"\\]|\\.)*)")?/;

/** `Nov 24 22:44:58 front haproxy[812]: ` */
const syslogTag = /^[^"[]{1,200}\[\d{1,10}\]: /;

function parseCommonLine(line: string): LoggedRequest | undefined {
  const groups = commonLine.exec(line.replace(syslogTag, ''))?.groups;
  if (groups === undefined) return undefined;
  const { first = '', second = '', time = '', request = '', status = '', agent } = groups;
  // `t.example.com:443 203.0.113.7 - - […`; without the virtual host the second is the identity of RFC 1413.
  const address = networkPrefix(first) === '' && networkPrefix(second) !== '' ? second : first;
  const userAgent = agent === undefined ? undefined : absent(unescapeQuoted(agent));
  return completed(address, parseTime(time), unescapeQuoted(request), Number(status), userAgent);
}

/** Apache and nginx write octets that might harm as `\xHH`, quotes and backslashes behind a backslash. */
function unescapeQuoted(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(?:x(?<octet>[0-9A-Fa-f]{2})|(?<letter>.))/g,
    (_, octet?: string, letter?: string) =>
      octet === undefined
        ? (escapes.get(letter ?? '') ?? letter ?? '')
        : String.fromCharCode(Number.parseInt(octet, 16)),
  );
}

const escapes = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

// --- JSON -----------------------------------------------------------------------------------------------------

type Names = readonly string[];
const timeNames: Names = [
  'StartUTC',
  'ts',
  'time',
  'timestamp',
  '@timestamp',
  'time_iso8601',
  'time_local',
  'msec',
];
const addressNames: Names = [
  'client_ip',
  'remote_ip',
  'remote_addr',
  'address',
  'addr',
  'client',
  'ip',
  'ClientHost',
];
const methodNames: Names = ['method', 'request_method', 'RequestMethod'];
const targetNames: Names = ['uri', 'request_uri', 'url', 'path', 'RequestPath'];
const statusNames: Names = ['status', 'status_code', 'code', 'DownstreamStatus'];
const agentNames: Names = ['agent', 'user_agent', 'http_user_agent', 'userAgent', 'ua', 'request_User-Agent'];

function parseJsonLine(line: string): LoggedRequest | undefined {
  const entry = readObject(line);
  if (entry === undefined) return undefined;
  // Caddy tells of the request in an object of its own; nginx has `"$request"`, the whole first line, there.
  const inner = entry['request'];
  const request = isObject(inner) ? inner : entry;
  const address = pick(request, addressNames);
  const status = Number(pick(entry, statusNames) ?? Number.NaN);
  const at = parseTime(pick(entry, timeNames));
  const first =
    typeof inner === 'string'
      ? inner
      : `${String(pick(request, methodNames))} ${String(pick(request, targetNames))} HTTP`;
  if (typeof address !== 'string' || !Number.isInteger(status)) return undefined;
  return completed(address, at, first, status, agentOf(entry, request));
}

function agentOf(entry: JsonObject, request: JsonObject): string | undefined {
  const headers = request['headers'];
  if (isObject(headers)) {
    const name = Object.keys(headers).find(key => key.toLowerCase() === 'user-agent');
    const values: unknown = name === undefined ? undefined : headers[name];
    return Array.isArray(values) ? String(values[0] ?? '') : String(values ?? '');
  }
  const agent = pick(entry, agentNames) ?? pick(request, agentNames);
  return typeof agent === 'string' ? absent(agent) : undefined;
}

type JsonObject = Readonly<Record<string, unknown>>;

function readObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function pick(object: JsonObject, names: Names): unknown {
  const name = names.find(one => Object.hasOwn(object, one));
  return name === undefined ? undefined : object[name];
}

// --- parts ----------------------------------------------------------------------------------------------------

function completed(
  address: string,
  at: number | undefined,
  requestLine: string,
  status: number,
  userAgent: string | undefined,
): LoggedRequest | undefined {
  const [method = '', target = ''] = requestLine.split(' ', 2);
  return at === undefined ? undefined : { address, at, method, target, status, userAgent };
}

/** A proxy writes a dash for what is not there. */
function absent(text: string): string {
  return text === '-' ? '' : text;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const logTime =
  /^(?<day>\d{2})\/(?<month>[A-Z][a-z]{2})\/(?<year>\d{4}):(?<clock>\d{2}:\d{2}:\d{2}) (?<zone>[+-]\d{2})(?<minutes>\d{2})$/;

/** `24/Nov/2026:22:44:58 +0100`, ISO 8601, or Unix time in seconds (or, as some have it, milliseconds). */
function parseTime(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number === 'number') return instant(number > 100_000_000_000 ? number : number * 1_000);
  if (typeof value !== 'string') return undefined;
  const groups = logTime.exec(value)?.groups;
  if (groups === undefined)
    return /^\d{4}-\d{2}-\d{2}[T ]/.test(value) ? instant(Date.parse(value)) : undefined;
  const { day, year, clock, zone, minutes } = groups;
  const month = String(months.indexOf(groups['month'] ?? '') + 1).padStart(2, '0');
  return instant(Date.parse(`${year}-${month}-${day}T${clock}${zone}:${minutes}`));
}

/** Of the years a database can write as text. */
function instant(ms: number): number | undefined {
  return ms >= 0 && ms < 253_402_300_800_000 ? Math.round(ms) : undefined;
}
