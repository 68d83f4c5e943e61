import { stat } from 'node:fs/promises';
import { Problem, Problems } from '../../problem.js';
import type { ReturnedFact } from '../../returned/returned-fact.js';
import { openStoreIfAny } from '../../store/open-store.js';
import { systemClock } from '../../system/clock.js';
import { fileProblem } from '../../system/file-problem.js';
import { readMailSource } from '../../system/mail-source.js';
import { inboxLines } from '../../terminal/inbox-view.js';
import { printJson } from '../../terminal/json.js';
import { createStyle } from '../../terminal/style.js';
import { createTimeFormat } from '../../time-format.js';
import { findEmail } from '../../workflow/find-email.js';
import type { MailItem } from '../../workflow/inbox-ports.js';
import { type InboxReading, readInbox } from '../../workflow/read-inbox.js';
import { type Context, createContext } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { readKeyRing } from '../key-ring.js';
import { unknownWithoutDatabase } from '../no-database.js';
import type { GlobalOptions } from '../options.js';
import { terminalWidth } from '../output.js';

export interface InboxCommandOptions extends GlobalOptions {
  readonly email?: string;
  readonly since?: Date;
  readonly dryRun?: boolean;
}

export async function runInbox(sources: readonly string[], options: InboxCommandOptions): Promise<void> {
  const context = await createContext(options);
  await requireSources(sources, context);
  const store = await openStoreIfAny(context.storeUrl);
  if (store === undefined) throw unknownWithoutDatabase(options.email ?? 'latest', context.storeUrl);
  try {
    const email = options.email === undefined ? undefined : await findEmail(store.reader, options.email);
    const reading = await readInbox(
      readAll(sources),
      { copies: store.sentCopies, log: store.returnLog, ring: await readKeyRing(), clock: systemClock },
      { emailId: email?.emailId, since: options.since, keep: options.dryRun !== true },
    );
    show(reading, context, options);
    if (reading.unreadable.length > 0) process.exitCode = exitCodes.io;
  } finally {
    await store.close();
  }
}

/** @throws Problem `usage`, `config`, or every source that is not there. */
async function requireSources(sources: readonly string[], context: Context): Promise<void> {
  const fetchIt =
    'Fetch it into a Maildir with mbsync, getmail or offlineimap, and name that: mailtrack inbox ~/Maildir';
  if (sources.length === 0) {
    if (context.text('inbox.url') === undefined) {
      throw new Problem(
        'usage',
        'inbox needs a source: a Maildir, an mbox, .eml files or a folder of them, or -',
        {
          fix: 'For example: mailtrack inbox ~/Maildir',
        },
      );
    }
    throw new Problem(
      'config',
      'inbox.url names a mailbox on an IMAP server, which this version cannot read',
      {
        fix: fetchIt,
      },
    );
  }
  const problems: Problem[] = [];
  for (const source of sources.filter(one => one !== '-')) {
    if (/^imaps?:\/\//i.test(source)) {
      // The rest of it may hold a password.
      throw new Problem('usage', 'this version cannot read a mailbox on an IMAP server', { fix: fetchIt });
    }
    await stat(source).catch((cause: unknown) => problems.push(fileProblem(source, cause)));
  }
  if (problems.length > 0) throw new Problems(problems);
}

async function* readAll(sources: readonly string[]): AsyncGenerator<MailItem, void, void> {
  for (const source of sources) yield* readMailSource(source);
}

function show(reading: InboxReading, { output, json }: Context, options: InboxCommandOptions): void {
  if (json) {
    output.data(printJson(toJson(reading)));
    return;
  }
  const style = createStyle({
    color: options.color,
    environment: process.env,
    isTerminal: output.stdout.isTTY === true,
  });
  const lines = inboxLines(reading, {
    width: terminalWidth(output.stdout),
    style,
    time: createTimeFormat(new Date()),
    isRehearsal: options.dryRun === true,
  });
  for (const line of lines) output.data(line);
  for (const { message, fix } of reading.unreadable) {
    output.warn(`Not read: ${message}.${fix === undefined ? '' : ` ${fix}`}`);
  }
}

/** Schema mailtrack.inbox/1. */
function toJson({ messages, taken, known, unmatched, others, earlier, unreadable }: InboxReading): object {
  return {
    schema: 'mailtrack.inbox/1',
    messages,
    new: taken.length,
    known,
    others,
    earlier,
    facts: taken.map(({ person, fact, suppressed }) => ({
      email_id: person.emailId,
      email_address: person.address,
      ...factJson(fact),
      suppressed: suppressed ?? null,
    })),
    unmatched: unmatched.map(({ emailId, fact }) => ({ email_id: emailId ?? null, ...factJson(fact) })),
    unreadable: unreadable.map(({ message, fix, where }) => ({
      message,
      fix: fix ?? null,
      file: where?.file ?? null,
      line: where?.line ?? null,
    })),
  };
}

function factJson(fact: ReturnedFact): object {
  return {
    kind: fact.kind,
    at: fact.at.toISOString(),
    named_address: fact.address,
    hardness: fact.hardness ?? null,
    status: fact.status,
    code: fact.replyCode,
    diagnostic: fact.diagnostic,
    returns_on: fact.returnsOn ?? null,
    evidence: fact.evidence,
    proven: fact.isProven,
  };
}
