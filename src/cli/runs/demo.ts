import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPublicEndpoint } from '../../http/public-endpoint.js';
import { packageFolder } from '../../package-folder.js';
import { createAddressBook } from '../../recipients/address-book.js';
import { startSandbox } from '../../smtp-client/sandbox.js';
import { createSmtpTransport } from '../../smtp-client/transport.js';
import { openStore, type Store } from '../../store/open-store.js';
import { systemClock } from '../../system/clock.js';
import { systemFiles } from '../../system/files.js';
import { systemRandom } from '../../system/random.js';
import { createKey, createKeyRing, type KeyRing } from '../../tracking/key.js';
import { planEmail } from '../../workflow/plan-email.js';
import { readReport } from '../../workflow/read-report.js';
import { createFetchRecorder } from '../../workflow/record-fetch.js';
import { sendEmail } from '../../workflow/send-email.js';
import { createUnsubscriber } from '../../workflow/unsubscribe.js';
import { type Context, createContext } from '../context.js';
import type { GlobalOptions } from '../options.js';
import { createSendView } from '../send-view.js';
import { showReport } from '../show-report.js';

const template = join(packageFolder(), 'templates/announcement.mjml');

/** Who opens how: the user agents are those of the real programs. Erin opens nothing. */
const readers = [
  {
    who: 'alice@example.com',
    how: 'in Thunderbird',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0',
  },
  {
    who: 'bob@example.com',
    how: 'in Gmail, whose proxy loads images',
    userAgent: 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
  },
  { who: 'carol@example.com', how: 'on an iPhone that loads images by itself', userAgent: 'Mozilla/5.0' },
  {
    who: 'dave@example.com',
    how: 'behind a gateway that looks into every mail',
    userAgent: 'Barracuda Sentinel (EE)',
  },
] as const;

/** The whole loop with its real parts, on loopback ports and in a folder that is removed afterwards. */
export async function runDemo(options: GlobalOptions): Promise<void> {
  const context = await createContext(options);
  const folder = await mkdtemp(join(tmpdir(), 'mailtrack-demo-'));
  try {
    const store = await openStore(join(folder, 'demo.db'));
    try {
      await playDemo(context, options, store);
    } finally {
      await store.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function playDemo(context: Context, options: GlobalOptions, store: Store): Promise<void> {
  const { say } = context.output;
  const ring = createKeyRing([createKey(1, systemRandom.bytes(32))]);
  const inbox: Uint8Array[] = [];
  const sandbox = await startSandbox({ port: 0, onMessage: ({ bytes }) => inbox.push(bytes) });
  const recorder = createFetchRecorder({ log: store.fetchLog, ring, clock: systemClock });
  const endpoint = await startPublicEndpoint({
    port: 0,
    host: '127.0.0.1',
    recorder,
    keyFingerprint: () => ring.fingerprint,
    unsubscriber: createUnsubscriber({ log: store.fetchLog, ring, clock: systemClock }),
  });
  try {
    say('mailtrack demo: one message to five people, and who opened it.');
    say('Nothing leaves this machine: a sandbox for a server, simulated readers.\n');
    const emailId = await sendToFive(context, options, {
      store,
      ring,
      smtpPort: sandbox.port,
      pixelPort: endpoint.port,
    });
    say('\nFive copies arrived, alike but for the pixel. Now their readers:');
    await openCopies(inbox, say);
    say('');
    const read = await readReport(store.reader, emailId);
    if (read !== undefined) await showReport(context, read, options);
    say('\nNext: mailtrack help template, or the quick start in the README.');
  } finally {
    await endpoint.close();
    await sandbox.close();
  }
}

interface DemoParts {
  readonly store: Store;
  readonly ring: KeyRing;
  readonly smtpPort: number;
  readonly pixelPort: number;
}

async function sendToFive(context: Context, options: GlobalOptions, parts: DemoParts): Promise<string> {
  const server = { host: '127.0.0.1', port: parts.smtpPort, tls: 'none' as const };
  const planned = await planEmail(
    {
      templatePath: template,
      folder: process.cwd(),
      textPath: undefined,
      subject: undefined,
      from: 'Anthony Archer <anthony@example.com>',
      replyTo: undefined,
      envelopeFrom: undefined,
      inReplyTo: undefined,
      headers: [],
      attachments: [],
      attachmentColumns: [],
      set: new Map(),
      named: {
        to: ['Alice Archer <alice@example.com>', 'Bob Baker <bob@example.com>'],
        cc: ['Carol Čapek <carol@example.com>', 'Dave Dunn <dave@example.com>'],
        bcc: ['Erin Eck <erin@example.com>'],
        each: [],
      },
      where: [],
      encoding: undefined,
      sheet: undefined,
      sample: undefined,
      seed: undefined,
      maxVisible: 20,
      expose: undefined,
      duplicates: undefined,
      skipInvalid: false,
      allowPlaceholders: false,
      consentNeeded: false,
      tokenFormat: 'sealed',
      trackingUrl: `http://127.0.0.1:${parts.pixelPort}`,
      server: `smtp://127.0.0.1:${parts.smtpPort} (sandbox)`,
      connections: 4,
      window: 1,
    },
    {
      files: systemFiles,
      clock: systemClock,
      random: systemRandom,
      addressBook: createAddressBook([], new Map()),
      findSuppressed: parts.store.ledger.findSuppressed,
    },
  );
  const view = createSendView({ ...context, json: false }, options.color);
  view.show({ kind: 'send-planned', plan: planned.plan });
  await parts.store.ledger.openEmail(planned.email, planned.recipients());
  await sendEmail(
    {
      email: planned.email,
      copies: planned.copies('pixel', parts.ring),
      reversePath: planned.composition.reversePath,
      connections: 4,
      window: 1,
      retryForMs: 0,
      interleave: false,
      resumed: false,
    },
    {
      ledger: parts.store.ledger,
      transport: createSmtpTransport(server),
      clock: systemClock,
      jitter: Math.random,
      // What comes next in a real send (`mailtrack report em_…`) would find nothing here.
      emit: event => {
        if (event.kind !== 'send-finished') view.show(event);
      },
    },
    { drain: new AbortController().signal, abort: new AbortController().signal },
  );
  return planned.email.emailId;
}

/** Reads the delivered octets as a mail client would, and loads the image they name. */
async function openCopies(inbox: readonly Uint8Array[], say: (line: string) => void): Promise<void> {
  for (const [index, { who, how, userAgent }] of readers.entries()) {
    // The sandbox keeps the order of the transactions, and those follow the order of the recipients.
    const url = pixelUrlIn(inbox[index] ?? new Uint8Array());
    await fetch(url, { headers: { 'user-agent': userAgent } });
    say(`  ${who.padEnd(20)} ${how}`);
  }
  say(`  ${'erin@example.com'.padEnd(20)} does not open it`);
}

/** The pixel's URL in a delivered copy: quoted-printable is undone as far as a URL needs it. RFC 2045 §6.7 */
function pixelUrlIn(message: Uint8Array): string {
  const text = Buffer.from(message).toString('latin1').replaceAll('=\r\n', '').replaceAll('=3D', '=');
  const url = /src="(http:[^"]+\/tracking\.png)"/.exec(text)?.[1];
  if (url === undefined) throw new Error('the delivered copy has no pixel');
  return url;
}
