import type { Composition } from '../../merge/composition.js';
import { addrSpecKey, domainOf } from '../../message/mailbox.js';
import { Problem, Problems } from '../../problem.js';
import { openStore, openStoreIfAny } from '../../store/open-store.js';
import { compareCopies } from '../../workflow/compare-copies.js';
import { alreadySent, readStanding } from '../../workflow/email-standing.js';
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
import { requireOutput } from '../lost-output.js';
import { readPlanOrigins } from '../plan-origins.js';
import { planWithSystem } from '../plan-with-system.js';
import { createSendView, showDifferences } from '../send-view.js';
import { checkIdUsage, endAsSentEarlier, idWarnings } from '../sent-earlier.js';
import { findSmtpHost, readSmtpAddress } from '../smtp-address.js';
import { findLoginProblems } from '../smtp-secret.js';
import { completeSmtpSettings } from '../smtp-settings.js';
import { healthWarning } from '../tracking-health.js';
import { readTransportSettings } from '../transport-options.js';
import { readVerp } from '../verp.js';
import { writeCopies } from '../write-copies.js';

export interface SendOptions extends DraftOptions {
  readonly limit?: number;
  readonly diff?: boolean;
  readonly yes?: boolean;
  readonly confirm?: number;
  readonly again?: boolean;
  /** What the user calls the email, which is sent once. */
  readonly id?: string;
  readonly allow?: readonly string[];
}

export async function runSend(templatePath: string, options: SendOptions): Promise<void> {
  checkUsage(options);
  checkIdUsage(options);
  const context = await createContext(options, settingFlags(options));
  const { server, trackingUrl, login } = await readSetup(options, context);
  const dkim = await readDkimSettings(context, server?.host ?? findSmtpHost(context));
  const transport = readTransportSettings(options, context);
  const draft = createDraft(templatePath, options, context, { server, trackingUrl, transport });
  const existingRing = await readKeyRing();
  const ring = existingRing ?? createPassingKeyRing();
  const store = options.dryRun ? await openStoreIfAny(context.storeUrl) : await openStore(context.storeUrl);
  try {
    const used = options.id === undefined ? undefined : await store?.reader.findBySendId(options.id);
    if (store !== undefined && used !== undefined && !options.dryRun) {
      await endAsSentEarlier(used, store, context, options, () => planWithSystem(draft, context, store));
      return;
    }
    if (login.length > 0) throw new Problems(login);
    const planned = await planWithSystem(draft, context, store);
    const exposed = await findExposedKey();
    const exposedDatabase = await findExposedDatabase(context.storeUrl);
    const warnings = [
      ...(draft.trackingUrl === undefined ? [] : await healthWarning(draft.trackingUrl, ring.fingerprint)),
      ...dkimWarnings(dkim, planned.composition),
      ...(store === undefined || options.id === undefined ? [] : await idWarnings(store, used)),
      ...(exposed === undefined ? [] : [exposed.warning]),
      ...(exposedDatabase === undefined ? [] : [exposedDatabase.warning]),
    ];
    await requireChecked(planned, ring, options.allow ?? []);
    const signer = createSigner(dkim, planned.composition.date);
    const plan = {
      ...planned.plan,
      sendId: options.id,
      suppressions: await store?.reader.readSuppressions(new Set(planned.plan.suppressed.map(addrSpecKey))),
      origins: await readPlanOrigins(context, server),
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
    await requireOutput(context.output);
    const aDayAgo = new Date(planned.email.createdAt.getTime() - dayMs);
    // An id says which emails are the same; without one it is guessed.
    const earlier =
      options.id === undefined ? await store.reader.findSent(planned.email, aDayAgo) : undefined;
    await confirmSend(context, planned, {
      ...options,
      earlier: earlier && (await readStanding(earlier, store)),
    });
    const settings = await completeSmtpSettings(context, server);
    const sealing = await openKeyRing(() => undefined);
    const copies = planned.copies('pixel', sealing, signer);
    const { trackingUrl: pixelUrl, copyId } = planned.composition;
    const verp = readVerp(context, sealing, planned.email);
    const sealed = pixelUrl !== undefined || copyId === true || verp.ownReversePath !== undefined;
    const email = {
      ...planned.email,
      sendId: options.id,
      ...(sealed ? { keyFingerprint: sealing.fingerprint } : {}),
    };
    // Who was told of an earlier one and went on means it.
    const guesses = options.id === undefined && options.again !== true && earlier === undefined;
    const begun = await store.ledger.beginEmail(email, planned.recipients(), guesses ? aDayAgo : undefined);
    if ('earlier' in begun) {
      // Another process was faster.
      if (options.id === undefined) throw alreadySent(await readStanding(begun.earlier, store));
      await endAsSentEarlier(begun.earlier, store, context, options, async () => planned);
      return;
    }
    const finished = await carryOut(
      {
        email,
        copies,
        reversePath: planned.composition.reversePath,
        ...verp,
        ...transport,
        limit: options.limit,
        resumed: false,
        lock: begun,
      },
      { store, settings, view, output: context.output },
    );
    process.exitCode = exitCodeOfSend(finished);
  } finally {
    await store?.close();
  }
}

interface SetupAndLogin extends Setup {
  /** What stands in the way of a login. It does not matter when the email of that id was sent already. */
  readonly login: readonly Problem[];
}

/** @throws Problems: what is missing to send at all, in one go, since a new user lacks everything. */
async function readSetup(options: SendOptions, context: Context): Promise<SetupAndLogin> {
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
  const login = server === undefined ? [] : await findLoginProblems(context, server);
  const trackingUrl = options.track ? attempt(() => requireTrackingUrl(options, context, server)) : undefined;
  if (problems.length > 0 || options.id === undefined) {
    const all = [...login, ...problems];
    if (all.length > 0) throw new Problems(all);
  }
  return { server, trackingUrl, login };
}

/** How long a second send of the same email is taken for a mistake. */
const dayMs = 24 * 60 * 60_000;

function dkimWarnings(dkim: DkimSettings | undefined, { from }: Composition): readonly string[] {
  if (dkim === undefined) return [];
  const alignment = alignmentWarning(dkim, domainOf(from.addrSpec));
  return alignment === undefined ? dkim.warnings : [...dkim.warnings, alignment];
}

function newKeyNotice(): string {
  return `a new key will be made: ${keyPath()}. ${newKeyAdvice}`;
}
