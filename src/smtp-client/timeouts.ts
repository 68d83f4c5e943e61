/** How long each step may take, in milliseconds. */
export interface Timeouts {
  /** Name resolution, connection and, on port 465, the TLS handshake. */
  readonly connect: number;
  /** The greeting, and each reply up to the second EHLO. */
  readonly greeting: number;
  /** After so much of it before the greeting, the server is asked whether it begins with TLS. */
  readonly silence: number;
  /** After so much of it, whoever waits is told. */
  readonly notice: number;
  readonly mail: number;
  readonly rcpt: number;
  /** The 354 after DATA. */
  readonly data: number;
  /** The system taking one block of a message. */
  readonly dataBlock: number;
  /** The reply after the last octets. Cut short, it makes recipients uncertain and tempts people to send twice. */
  readonly endOfData: number;
  readonly quit: number;
  /** Each reply to the first commands that are written together: after this it is one command at a time. */
  readonly group: number;
  /** Each reply to the first envelope behind a final dot: a server that does not answer within this is taken not to read it. */
  readonly trial: number;
}

/** RFC 5321 §4.5.3.2; `connect`, `silence`, `notice`, `quit`, `group` and `trial` are ours. */
export const standardTimeouts: Timeouts = {
  connect: 60_000,
  greeting: 5 * 60_000,
  silence: 3_000,
  notice: 5_000,
  mail: 5 * 60_000,
  rcpt: 5 * 60_000,
  data: 2 * 60_000,
  dataBlock: 3 * 60_000,
  endOfData: 10 * 60_000,
  quit: 2_000,
  group: 60_000,
  trial: 5_000,
};
