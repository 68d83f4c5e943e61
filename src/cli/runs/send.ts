import { existsSync } from 'node:fs';
import type { Composition } from '../../merge/composition.js';
import type { CopyPlan } from '../../merge/copy-plan.js';
import { domainOf } from '../../message/mailbox.js';
import { Problem, Problems } from '../../problem.js';
import type { ListEncoding } from '../../recipients/list-encoding.js';
import type { Where } from '../../recipients/where.js';
import { openStore, type Store } from '../../store/open-store.js';
import { makeFolder, writePrivateFile } from '../../system/output-files.js';
import { readTrackingUrl } from '../../tracking/tracking-url.js';
import { compareCopies } from '../../workflow/compare-copies.js';
import type { PlannedEmail } from '../../workflow/plan-email.js';
import type { EmailDraft } from '../../workflow/read-draft.js';
import { carryOut } from '../carry-out.js';
import { confirmSend } from '../confirm-send.js';
import { type Context, createContext, type SettingFlags } from '../context.js';
import { alignmentWarning, createSigner, type DkimSettings, readDkimSettings } from '../dkim-settings.js';
import { exitCodeOfSend } from '../exit-codes.js';
import { createPassingKeyRing, keyPath, newKeyAdvice, openKeyRing, readKeyRing } from '../key-ring.js';
import type { GlobalOptions } from '../options.js';
import { planWithSystem } from '../plan-with-system.js';
import { createSendView, showDifferences } from '../send-view.js';
import {
  completeSmtpSettings,
  findSmtpHost,
  printSmtpAddress,
  readSmtpAddress,
  type SmtpAddress,
} from '../smtp-settings.js';
import { healthWarning } from '../tracking-health.js';
import {
  readTransportSettings,
  type TransportOptions,
  type TransportSettings,
} from '../transport-options.js';

export interface SendOptions extends GlobalOptions, TransportOptions {
  readonly to?: readonly string[];
  readonly cc?: readonly string[];
  readonly bcc?: readonly string[];
  readonly each?: readonly string[];
  readonly where?: Where;
  readonly sample?: number;
  readonly seed?: string;
  readonly encoding?: ListEncoding;
  readonly sheet?: string;
  readonly limit?: number;
  readonly duplicates?: 'first' | 'last' | 'each';
  readonly skipInvalid?: boolean;
  readonly from?: string;
  readonly replyTo?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly attach?: readonly string[];
  readonly attachColumn?: readonly string[];
  readonly set?: ReadonlyMap<string, string>;
  readonly header?: readonly string[];
  readonly inReplyTo?: string;
  readonly envelopeFrom?: string;
  /** false with `--no-track`. */
  readonly track: boolean;
  readonly tokenFormat?: 'sealed' | 'article';
  readonly smtp?: string;
  readonly trackingUrl?: string;
  readonly dryRun?: boolean;
  readonly diff?: boolean;
  readonly out?: string;
  readonly yes?: boolean;
  readonly confirm?: number;
  readonly again?: boolean;
  readonly expose?: number;
  readonly allowPlaceholders?: boolean;
  readonly allowLocalTracking?: boolean;
}

const defaultMaxVisible = 20;

export async function runSend(templatePath: string, options: SendOptions): Promise<void> {
  checkUsage(options);
  const context = await createContext(options, settingFlags(options));
  const { server, trackingUrl } = readSetup(options, context);
  const dkim = await readDkimSettings(context, server?.host ?? findSmtpHost(context));
  const transport = readTransportSettings(options, context);
  const draft = createDraft(templatePath, options, context, { server, trackingUrl, transport });
  const existingRing = await readKeyRing();
  const ring = existingRing ?? createPassingKeyRing();
  const store = await openStoreFor(context, options);
  try {
    const planned = await planWithSystem(draft, context, store);
    const warnings = [
      ...(draft.trackingUrl === undefined ? [] : await healthWarning(draft.trackingUrl, ring.fingerprint)),
      ...dkimWarnings(dkim, planned.composition),
    ];
    const signer = createSigner(dkim, planned.composition.date);
    const plan = {
      ...planned.plan,
      notices: [...planned.plan.notices, ...(existingRing || options.dryRun ? [] : [newKeyNotice()])],
      warnings: [...planned.plan.warnings, ...warnings],
    };
    const view = createSendView(context, options.color);
    view.show({ kind: 'send-planned', plan });
    const compared = options.diff ? await compareCopies(planned) : undefined;
    if (compared !== undefined) showDifferences(context, options.color, compared);

    if (options.dryRun || store === undefined || server === undefined) {
      await writeCopies(context, planned, planned.copies('rehearsal', ring, signer), options.out);
      return;
    }
    const earlier = await store.reader.findSent(
      planned.email.fingerprint,
      aDayBefore(planned.email.createdAt),
    );
    await confirmSend(context, planned, { ...options, earlier });
    const settings = await completeSmtpSettings(context, server);
    const sealing = await openKeyRing(() => undefined);
    const copies = planned.copies('pixel', sealing, signer);
    const sealed = planned.composition.trackingUrl !== undefined;
    await store.ledger.openEmail(
      sealed ? { ...planned.email, keyFingerprint: sealing.fingerprint } : planned.email,
      planned.recipients(),
      // Who was told of an earlier one and went on means it.
      options.again === true || earlier !== undefined ? undefined : aDayBefore(planned.email.createdAt),
    );
    const finished = await carryOut(
      {
        email: planned.email,
        copies,
        reversePath: planned.composition.reversePath,
        ...transport,
        limit: options.limit,
        resumed: false,
      },
      { store, settings, view },
    );
    process.exitCode = exitCodeOfSend(finished);
  } finally {
    await store?.close();
  }
}

export function settingFlags(options: SendOptions): SettingFlags {
  return {
    from: { flag: '--from', value: options.from },
    reply_to: { flag: '--reply-to', value: options.replyTo },
    'smtp.url': { flag: '--smtp', value: options.smtp },
    'tracking.url': { flag: '--tracking-url', value: options.trackingUrl },
    'tracking.token_format': { flag: '--token-format', value: options.tokenFormat },
  };
}

export function checkUsage(options: SendOptions): void {
  const grouped = [...(options.to ?? []), ...(options.cc ?? []), ...(options.bcc ?? [])];
  if (options.each !== undefined && grouped.length > 0) {
    throw new Problem('usage', '--each does not go with --to, --cc or --bcc', {
      fix: '--each sends everybody a message of their own; --to, --cc and --bcc send one message to a group.',
    });
  }
  if (options.out !== undefined && !options.dryRun) {
    throw new Problem('usage', '--out goes with --dry-run', { fix: 'Add --dry-run: nothing is sent then.' });
  }
}

interface Setup {
  /** undefined in a dry run. */
  readonly server: SmtpAddress | undefined;
  /** undefined with `--no-track`. */
  readonly trackingUrl: string | undefined;
}

/** @throws Problems: what is missing to send at all, in one go, since a new user lacks everything. */
function readSetup(options: SendOptions, context: Context): Setup {
  const problems: Problem[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(error);
      return undefined;
    }
  };
  const server = options.dryRun ? undefined : attempt(() => readSmtpAddress(context));
  const trackingUrl = options.track ? attempt(() => requireTrackingUrl(options, context, server)) : undefined;
  if (problems.length > 0) throw new Problems(problems);
  return { server, trackingUrl };
}

export function createDraft(
  templatePath: string,
  options: SendOptions,
  context: Context,
  { server, trackingUrl, transport }: Setup & { readonly transport: TransportSettings },
): EmailDraft {
  return {
    templatePath,
    folder: process.cwd(),
    textPath: options.text,
    subject: options.subject,
    from: context.text('from'),
    replyTo: context.text('reply_to'),
    envelopeFrom: options.envelopeFrom,
    inReplyTo: options.inReplyTo,
    headers: options.header ?? [],
    attachments: options.attach ?? [],
    attachmentColumns: options.attachColumn ?? [],
    set: options.set ?? new Map(),
    named: { to: options.to ?? [], cc: options.cc ?? [], bcc: options.bcc ?? [], each: options.each ?? [] },
    where: options.where ?? [],
    sample: options.sample,
    seed: options.seed,
    encoding: options.encoding,
    sheet: options.sheet,
    maxVisible: context.number('send.max_visible') ?? defaultMaxVisible,
    expose: options.expose,
    duplicates: options.duplicates,
    skipInvalid: options.skipInvalid === true,
    allowPlaceholders: options.allowPlaceholders === true,
    consentNeeded: context.text('privacy.consent') === 'opt-in',
    tokenFormat: (context.text('tracking.token_format') as 'sealed' | 'article' | undefined) ?? 'sealed',
    trackingUrl,
    server: server === undefined ? undefined : printSmtpAddress(server),
    smtpHost: server?.host ?? findSmtpHost(context),
    connections: transport.connections,
    window: transport.window,
  };
}

export function requireTrackingUrl(
  options: SendOptions,
  context: Context,
  server: SmtpAddress | undefined,
): string {
  const url = context.text('tracking.url');
  if (url === undefined) {
    throw new Problem('tracking-url', 'there is no tracking URL', {
      fix: 'Pass --tracking-url https://…, set MAILTRACK_TRACKING_URL, or write url under [tracking]; or send with --no-track.',
    });
  }
  return readTrackingUrl(url, server?.host, options.allowLocalTracking === true);
}

function aDayBefore(date: Date): Date {
  return new Date(date.getTime() - 24 * 60 * 60_000);
}

/** A dry run looks at the suppressions when there is a database, but does not make one. */
export async function openStoreFor(
  context: Context,
  options: Pick<SendOptions, 'dryRun'>,
): Promise<Store | undefined> {
  const skip = options.dryRun && !existsSync(context.storeUrl);
  return skip ? undefined : openStore(context.storeUrl);
}

function dkimWarnings(dkim: DkimSettings | undefined, { from }: Composition): readonly string[] {
  if (dkim === undefined) return [];
  const alignment = alignmentWarning(dkim, domainOf(from.addrSpec));
  return alignment === undefined ? dkim.warnings : [...dkim.warnings, alignment];
}

function newKeyNotice(): string {
  return `a new key will be made: ${keyPath()}. ${newKeyAdvice}`;
}

/** The real octets of every copy, with tokens that are never counted. */
async function writeCopies(
  context: Context,
  planned: PlannedEmail,
  copies: CopyPlan,
  folder: string | undefined,
): Promise<void> {
  if (folder !== undefined) {
    await makeFolder(folder);
    const digits = String(planned.plan.recipients).length;
    for await (const recipient of planned.recipients()) {
      const { message } = await copies.make(recipient);
      const number = String(recipient.position + 1).padStart(digits, '0');
      const name = recipient.emailAddress.replaceAll(/[^A-Za-z0-9@._+-]/g, '_');
      await writePrivateFile(folder, `${number}-${name}.eml`, message);
    }
  }
  const where =
    folder === undefined ? 'Add --out <dir> to look at the copies.' : `The copies are in ${folder}.`;
  context.output.say(`Dry run: nothing was sent. ${where}`);
}
