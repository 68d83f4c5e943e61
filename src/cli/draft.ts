/** From the command line and the configuration to the draft of an email, which reads nothing yet. */
import { statSync } from 'node:fs';
import { Problem } from '../problem.js';
import type { ListFlags } from '../recipients/list-flags.js';
import type { Where } from '../recipients/where.js';
import { readTrackingUrl } from '../tracking/tracking-url.js';
import type { EmailDraft } from '../workflow/read-draft.js';
import type { Context, SettingFlags } from './context.js';
import type { GlobalOptions } from './options.js';
import { findSmtpHost, printSmtpAddress, type SmtpAddress } from './smtp-address.js';
import type { TransportOptions, TransportSettings } from './transport-options.js';

/** The options that say who gets what: those of `send`, `check` and `preview`. */
export interface DraftOptions extends GlobalOptions, TransportOptions, ListFlags {
  readonly to?: readonly string[];
  readonly cc?: readonly string[];
  readonly bcc?: readonly string[];
  readonly each?: readonly string[];
  readonly where?: Where;
  readonly sample?: number;
  readonly seed?: string;
  readonly duplicates?: 'first' | 'last' | 'each';
  readonly skipInvalid?: boolean;
  readonly from?: string;
  readonly replyTo?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly root?: string;
  readonly attach?: readonly string[];
  readonly attachColumn?: readonly string[];
  readonly set?: ReadonlyMap<string, string>;
  readonly header?: readonly string[];
  readonly inReplyTo?: string;
  readonly listUnsubscribe?: boolean;
  readonly envelopeFrom?: string;
  /** false with `--no-track`. */
  readonly track: boolean;
  readonly tokenFormat?: 'sealed' | 'article';
  readonly smtp?: string;
  readonly trackingUrl?: string;
  readonly dryRun?: boolean;
  readonly out?: string;
  readonly expose?: number;
  readonly allowPlaceholders?: boolean;
  readonly allowLocalTracking?: boolean;
}

/** Where an email goes, as far as its copies and its plan say so. */
export interface Setup {
  /** undefined in a dry run. */
  readonly server: SmtpAddress | undefined;
  /** undefined with `--no-track`. */
  readonly trackingUrl: string | undefined;
}

const defaultMaxVisible = 20;

export function settingFlags(options: DraftOptions): SettingFlags {
  return {
    from: { flag: '--from', value: options.from },
    reply_to: { flag: '--reply-to', value: options.replyTo },
    'smtp.url': { flag: '--smtp', value: options.smtp },
    'tracking.url': { flag: '--tracking-url', value: options.trackingUrl },
    'tracking.token_format': { flag: '--token-format', value: options.tokenFormat },
  };
}

export function checkUsage(options: DraftOptions): void {
  const grouped = [...(options.to ?? []), ...(options.cc ?? []), ...(options.bcc ?? [])];
  if (options.each !== undefined && grouped.length > 0) {
    throw new Problem('usage', '--each does not go with --to, --cc or --bcc', {
      fix: '--each sends everybody a message of their own; --to, --cc and --bcc send one message to a group.',
    });
  }
  if (options.out !== undefined && !options.dryRun) {
    throw new Problem('usage', '--out goes with --dry-run', { fix: 'Add --dry-run: nothing is sent then.' });
  }
  if (options.root !== undefined && !statSync(options.root, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Problem('input-missing', `--root ${options.root}: there is no such folder`, {
      fix: 'Name the folder whose files the template may include and show.',
    });
  }
}

export function requireTrackingUrl(
  options: DraftOptions,
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

export function createDraft(
  templatePath: string,
  options: DraftOptions,
  context: Context,
  { server, trackingUrl, transport }: Setup & { readonly transport: TransportSettings },
): EmailDraft {
  return {
    templatePath,
    folder: process.cwd(),
    textPath: options.text,
    root: options.root,
    subject: options.subject,
    from: options.from,
    replyTo: options.replyTo,
    usual: { from: context.text('from'), replyTo: context.text('reply_to') },
    envelopeFrom: options.envelopeFrom,
    inReplyTo: options.inReplyTo,
    listUnsubscribe: options.listUnsubscribe === true,
    headers: options.header ?? [],
    attachments: options.attach ?? [],
    attachmentColumns: options.attachColumn ?? [],
    set: options.set ?? new Map(),
    named: { to: options.to ?? [], cc: options.cc ?? [], bcc: options.bcc ?? [], each: options.each ?? [] },
    where: options.where ?? [],
    sample: options.sample,
    seed: options.seed,
    encoding: options.encoding,
    delimiter: options.delimiter,
    headerRow: options.headerRow,
    sheet: options.sheet,
    visibleRows: options.visibleRows,
    emailColumn: options.emailColumn,
    nameColumn: options.nameColumn,
    severalAddresses: options.severalAddresses,
    maxVisible: context.number('send.max_visible') ?? defaultMaxVisible,
    expose: options.expose,
    duplicates: options.duplicates,
    skipInvalid: options.skipInvalid === true,
    allowPlaceholders: options.allowPlaceholders === true,
    consentNeeded: ['opt-in', 'aggregate'].includes(context.text('privacy.consent') ?? ''),
    sharedPixel: context.text('privacy.consent') === 'aggregate',
    tokenFormat: (context.text('tracking.token_format') as 'sealed' | 'article' | undefined) ?? 'sealed',
    trackingUrl,
    server: server === undefined ? undefined : printSmtpAddress(server),
    smtpHost: server?.host ?? findSmtpHost(context),
    connections: transport.connections,
    window: transport.window,
  };
}
