import type { Composition } from '../../merge/composition.js';
import { domainOf } from '../../message/mailbox.js';
import { Problem, Problems } from '../../problem.js';
import { openStore, openStoreIfAny } from '../../store/open-store.js';
import { compareCopies } from '../../workflow/compare-copies.js';
import { requireChecked } from '../../workflow/require-checked.js';
import { carryOut } from '../carry-out.js';
import { confirmSend } from '../confirm-send.js';
import { type Context, createContext } from '../context.js';
import { alignmentWarning, createSigner, type DkimSettings, readDkimSettings } from '../dkim-settings.js';
import {
  checkUsage,
  createDraft,
  type DraftOptions,
  requireTrackingUrl,
  type Setup,
  settingFlags,
} from '../draft.js';
import { exitCodeOfSend } from '../exit-codes.js';
import { findExposedDatabase } from '../exposed-database.js';
import {
  createPassingKeyRing,
  findExposedKey,
  keyPath,
  newKeyAdvice,
  openKeyRing,
  readKeyRing,
} from '../key-ring.js';
import { planWithSystem } from '../plan-with-system.js';
import { createSendView, showDifferences } from '../send-view.js';
import { completeSmtpSettings, findSmtpHost, readSmtpAddress } from '../smtp-settings.js';
import { healthWarning } from '../tracking-health.js';
import { readTransportSettings } from '../transport-options.js';
import { writeCopies } from '../write-copies.js';

export interface SendOptions extends DraftOptions {
  readonly limit?: number;
  readonly diff?: boolean;
  readonly yes?: boolean;
  readonly confirm?: number;
  readonly again?: boolean;
  readonly allow?: readonly string[];
}

export async function runSend(templatePath: string, options: SendOptions): Promise<void> {
  checkUsage(options);
  const context = await createContext(options, settingFlags(options));
  const { server, trackingUrl } = readSetup(options, context);
  const dkim = await readDkimSettings(context, server?.host ?? findSmtpHost(context));
  const transport = readTransportSettings(options, context);
  const draft = createDraft(templatePath, options, context, { server, trackingUrl, transport });
  const existingRing = await readKeyRing();
  const ring = existingRing ?? createPassingKeyRing();
  const store = options.dryRun ? await openStoreIfAny(context.storeUrl) : await openStore(context.storeUrl);
  try {
    const planned = await planWithSystem(draft, context, store);
    const exposed = await findExposedKey();
    const exposedDatabase = await findExposedDatabase(context.storeUrl);
    const warnings = [
      ...(draft.trackingUrl === undefined ? [] : await healthWarning(draft.trackingUrl, ring.fingerprint)),
      ...dkimWarnings(dkim, planned.composition),
      ...(exposed === undefined ? [] : [exposed.warning]),
      ...(exposedDatabase === undefined ? [] : [exposedDatabase.warning]),
    ];
    await requireChecked(planned, ring, options.allow ?? []);
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
      await writeCopies(context, planned, planned.copies('rehearsal', ring, signer), options);
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

function aDayBefore(date: Date): Date {
  return new Date(date.getTime() - 24 * 60 * 60_000);
}

function dkimWarnings(dkim: DkimSettings | undefined, { from }: Composition): readonly string[] {
  if (dkim === undefined) return [];
  const alignment = alignmentWarning(dkim, domainOf(from.addrSpec));
  return alignment === undefined ? dkim.warnings : [...dkim.warnings, alignment];
}

function newKeyNotice(): string {
  return `a new key will be made: ${keyPath()}. ${newKeyAdvice}`;
}
