/**
 * Fetches as lines of text, many in one value: each value that SQLite hands over costs as much as a line of ten. What is alike in many
 * rows (the user agent, the reading, the network) is parsed once.
 */
import type { FetchKind } from '../../tracking/fetch.js';
import type { ReadFetch } from '../../workflow/fact-ports.js';

/** SQL of one line: `<recipient_number> <fetched_at> <the rest, in JSON>`. JSON has no line end in it. */
export const fetchLine = `recipient_number || ' ' || fetched_at || ' '
  || json_array(method = 'HEAD', user_agent_id, kind, confidence, rule, network)`;

type Rest = Omit<ReadFetch, 'emailNumber' | 'recipientNumber' | 'fetchedAt'>;
type RestValues = readonly [
  isHead: number,
  userAgentId: number | null,
  kind: FetchKind,
  confidence: number,
  rule: string,
  network: string,
];

const mostRemembered = 10_000;

/**
 * One of millions. An instance of a class, since V8 makes object literals among its long-lived objects once it has seen a hundred of
 * them survive, and then the garbage of all others lies there, too: 100 MB of it.
 */
class FetchRow implements ReadFetch {
  readonly emailNumber: number;
  readonly recipientNumber: number;
  readonly fetchedAt: number;
  readonly method: ReadFetch['method'];
  readonly userAgent: string;
  readonly kind: FetchKind;
  readonly confidence: number;
  readonly rule: string;
  readonly network: string;

  constructor(emailNumber: number, recipientNumber: number, fetchedAt: number, rest: Rest) {
    this.emailNumber = emailNumber;
    this.recipientNumber = recipientNumber;
    this.fetchedAt = fetchedAt;
    this.method = rest.method;
    this.userAgent = rest.userAgent;
    this.kind = rest.kind;
    this.confidence = rest.confidence;
    this.rule = rest.rule;
    this.network = rest.network;
  }
}

export class FetchLines {
  readonly #agentOf: (id: number) => string | undefined;
  readonly #rests = new Map<string, Rest>();
  #lastText = '';
  #last: Rest | undefined;
  /** The minute of the last fetch, as it begins `fetched_at`: rows that follow one another are often of the same one. */
  #minute = '';
  #minuteStartMs = 0;

  /** @param agentOf the user agent with that number. */
  constructor(agentOf: (id: number) => string | undefined) {
    this.#agentOf = agentOf;
  }

  /** @param line as `fetchLine` has it. */
  read(line: string, emailNumber: number): ReadFetch {
    const timeAt = line.indexOf(' ') + 1;
    const restAt = line.indexOf(' ', timeAt) + 1;
    const recipientNumber = Number(line.slice(0, timeAt - 1));
    return new FetchRow(
      emailNumber,
      recipientNumber,
      this.#timeOf(line, timeAt, restAt - 1),
      this.#restOf(line, restAt),
    );
  }

  #restOf(line: string, at: number): Rest {
    if (
      this.#last !== undefined &&
      line.length - at === this.#lastText.length &&
      line.endsWith(this.#lastText)
    )
      return this.#last;
    const text = line.slice(at);
    const rest = this.#rests.get(text) ?? this.#parse(text);
    this.#lastText = text;
    this.#last = rest;
    return rest;
  }

  #parse(text: string): Rest {
    const [isHead, agent, kind, confidence, rule, network] = JSON.parse(text) as RestValues;
    const userAgent = agent === null ? '' : (this.#agentOf(agent) ?? '');
    const rest: Rest = { method: isHead === 1 ? 'HEAD' : 'GET', userAgent, kind, confidence, rule, network };
    if (this.#rests.size >= mostRemembered) this.#rests.clear();
    // A copy: a slice would keep the text of its whole batch in memory.
    this.#rests.set(Buffer.from(text).toString(), rest);
    return rest;
  }

  /** ISO 8601 as the database has it: `2026-11-30T10:00:00.000Z`. */
  #timeOf(line: string, from: number, to: number): number {
    if (to - from !== 24 || line[to - 1] !== 'Z') return Date.parse(line.slice(from, to));
    if (this.#minute === '' || !line.startsWith(this.#minute, from)) {
      this.#minute = line.slice(from, from + 17);
      this.#minuteStartMs = Date.parse(`${this.#minute}00.000Z`);
    }
    const digit = (at: number) => line.charCodeAt(from + at) - 48;
    const seconds = 10 * digit(17) + digit(18);
    return this.#minuteStartMs + 1_000 * seconds + 100 * digit(20) + 10 * digit(21) + digit(22);
  }
}
