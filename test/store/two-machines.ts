/** A machine that sends and one that serves, with one key and a database each; for tests of what travels between them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '../../src/store/open-store.js';
import { sealToken, type TokenPurpose } from '../../src/tracking/token.js';
import type { ExchangeChannel } from '../../src/workflow/fact-ports.js';
import { forgetPerson } from '../../src/workflow/forget-person.js';
import { createFactOffering } from '../../src/workflow/offer-facts.js';
import { optOut } from '../../src/workflow/opt-out.js';
import { pullFacts } from '../../src/workflow/pull-facts.js';
import { createFetchRecorder, type FetchRecorder } from '../../src/workflow/record-fetch.js';
import { testRing } from '../tracking/keys.js';
import { ManualClock } from '../workflow/fetch-world.js';
import { emailOf } from '../workflow/sent-email.js';

export class TwoMachines {
  readonly folder = mkdtempSync(join(tmpdir(), 'mailtrack-people-'));
  readonly clock = new ManualClock();
  #nonce = 0;
  home!: Store;
  server!: Store;

  async open(): Promise<void> {
    this.home = await openStore(join(this.folder, 'home.db'));
    this.server = await openStore(join(this.folder, 'server.db'));
  }

  async close(): Promise<void> {
    await this.home.close();
    await this.server.close();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  token(recipientNumber: number, purpose: TokenPurpose = 'pixel', { emailNumber } = emailOf('')): string {
    return sealToken(testRing, { purpose, emailNumber, recipientNumber });
  }

  /** Requests for the pixel of one recipient, as `serve` takes them. */
  async fetch(at: Store, recipientNumber: number, times: number, userAgent: string): Promise<FetchRecorder> {
    const recorder = createFetchRecorder({ log: at.fetchLog, ring: testRing, clock: this.clock });
    const request = { token: this.token(recipientNumber), userAgent, network: '203.0.113.0/24' };
    await Promise.all(
      Array.from({ length: times }, async (_, count) =>
        recorder.record({ ...request, method: count % 10 === 0 ? 'HEAD' : 'GET' }),
      ),
    );
    return recorder;
  }

  get channel(): ExchangeChannel {
    const answer = createFactOffering({ offer: this.server.factOffer, ring: testRing, clock: this.clock });
    return { post: (body, authorization) => answer(authorization, body) };
  }

  pull(channel: ExchangeChannel = this.channel) {
    const random = {
      bytes: (count: number) => {
        const bytes = Buffer.alloc(count);
        bytes.writeUInt32BE(++this.#nonce);
        return bytes;
      },
    };
    const { home, clock } = this;
    return pullFacts(
      { url: 'http://127.0.0.1:8081' },
      {
        intake: home.factIntake,
        channel,
        ring: testRing,
        clock,
        random,
        noteOptOuts: () => home.people.readOptOuts(),
      },
    );
  }

  optOut(address: string) {
    return optOut(address, { people: this.home.people, clock: this.clock });
  }

  forget(address: string) {
    const { people, reader } = this.home;
    return forgetPerson(address, { people, reader, ring: testRing, clock: this.clock });
  }

  /** All octets of the databases and their logs whose name begins so, as Latin-1. */
  octets(name = ''): string {
    return readdirSync(this.folder)
      .filter(file => file.startsWith(name))
      .map(file => readFileSync(join(this.folder, file), 'latin1'))
      .join('\n');
  }
}
