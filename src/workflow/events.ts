/** What happens while an email is sent, in the past tense and with the facts. Views turn these into text. */

import type { Mailbox } from '../message/mailbox.js';
import type { Problem } from '../problem.js';
import type { RecipientState, Role } from '../recipients/recipient.js';
import type { Suppression } from '../recipients/suppression.js';
import type { RecordedFetch } from './fact-ports.js';
import type { Mode, StateCounts } from './ports.js';
import type { RecorderCounts } from './record-fetch.js';

/** Recipients with one role: how many, and the first few of them. */
export interface Addressed {
  readonly count: number;
  readonly first: readonly Mailbox[];
}

/** Which layer of the configuration each of these comes from: a flag, a variable, or file and line. */
export interface PlanOrigins {
  readonly server: string | undefined;
  readonly tracking: string | undefined;
  readonly database: { readonly name: string; readonly origin: string };
  /** undefined when nothing is signed here. */
  readonly dkim: { readonly domain: string; readonly origin: string } | undefined;
}

/** Everything a user has to know before the first transaction. */
export interface SendPlan {
  readonly emailId: string;
  /** What the user called it with `--id`. */
  readonly sendId?: string | undefined;
  readonly mode: Mode;
  readonly subject: string;
  readonly messageId: string;
  readonly from: Mailbox;
  /** In `each` mode everybody is in `to`, and each sees only themselves. */
  readonly to: Addressed;
  readonly cc: Addressed;
  readonly bcc: Addressed;
  readonly recipients: number;
  /** Addresses everybody will see; in `each` mode 1 (their own). */
  readonly visible: number;
  /** Recipients whose copy carries no pixel of its own. */
  readonly untracked: number;
  /** Among them those whose copies share one pixel; 0 when not given. */
  readonly sharing?: number;
  /** Addresses left out since they are suppressed. */
  readonly suppressed: readonly string[];
  /** Why, for those that the plan names; left out where there is nothing to look it up in. */
  readonly suppressions?: ReadonlyMap<string, Suppression> | undefined;
  /** `smtp://mail.example.com:587`, never with a password; undefined in a dry run without a server. */
  readonly server: string | undefined;
  readonly connections: number;
  /** Messages of one connection that may be uncertain should it break. */
  readonly window: number;
  /** The server on the way out, if it is known to give every copy a Message-ID of its own. */
  readonly replacingRelay?: string | undefined;
  /** Base of the pixel URLs; undefined when no copy is tracked. */
  readonly trackingUrl: string | undefined;
  /** Left out where nothing is configured, as in the demo. */
  readonly origins?: PlanOrigins | undefined;
  /** Things that were done to the input and the user should see: merged rows, skipped rows. */
  readonly notices: readonly string[];
  /** Things that will probably hurt but do not stop the send. */
  readonly warnings: readonly string[];
}

export interface RecipientSettled {
  readonly kind: 'recipient-settled';
  readonly emailId: string;
  readonly emailAddress: string;
  readonly role: Role;
  readonly state: RecipientState;
  /** 0 when the server said nothing. */
  readonly replyCode: number;
  readonly enhancedStatusCode: string;
  readonly replyText: string;
  readonly attempt: number;
  readonly at: Date;
}

export interface SendFinished {
  readonly kind: 'send-finished';
  readonly emailId: string;
  readonly counts: StateCounts;
  readonly recipients: number;
  readonly seconds: number;
  /** Why the run ended before everybody was settled; undefined when it simply ended. */
  readonly stopped?: Problem | undefined;
  /** The signal the user ended the run with. */
  readonly interruptedBy?: string | undefined;
}

/** Nothing was sent by this command, since there is an email with its `--id`: how far that one has come. */
export interface SentEarlier {
  readonly kind: 'sent-earlier';
  readonly emailId: string;
  readonly sendId: string;
  readonly createdAt: Date;
  readonly cancelledAt: Date | undefined;
  readonly counts: StateCounts;
  readonly recipients: number;
  /** By another process, at the moment. */
  readonly beingSent: boolean;
  /** All of this as a sentence, and the command that comes next as another. */
  readonly what: string;
  readonly next: string;
  readonly compared: Comparison;
}

/** Whether a command would send what the email of the same id was made from. */
export type Comparison =
  | { readonly kind: 'same' }
  /** What differs, named as in a sentence: `msg.mjml`, `the subject`. Never empty. */
  | { readonly kind: 'other'; readonly parts: readonly string[] }
  | { readonly kind: 'not-compared'; readonly why: string };

export type SendEvent =
  | { readonly kind: 'send-planned'; readonly plan: SendPlan }
  | {
      readonly kind: 'send-resumed';
      readonly emailId: string;
      readonly subject: string;
      readonly counts: StateCounts;
      /** The first addresses of those whose delivery is uncertain. */
      readonly uncertain: readonly string[];
    }
  | SentEarlier
  | { readonly kind: 'session-opened'; readonly sessions: number }
  | { readonly kind: 'session-lost'; readonly why: string }
  /** The server wants fewer sessions than were asked for; the run goes on with those it let in. */
  /** No session has begun, and the server has said nothing for so long. */
  | { readonly kind: 'server-silent'; readonly seconds: number }
  | { readonly kind: 'session-refused'; readonly why: string }
  | { readonly kind: 'slowed-down'; readonly why: string; readonly pauseMs: number }
  | { readonly kind: 'retry-scheduled'; readonly deferred: number; readonly at: Date }
  | { readonly kind: 'interrupted'; readonly signal: string }
  | RecipientSettled
  | SendFinished;

// --- serving --------------------------------------------------------------------------------------------------

/** What a server tells while it runs. No token, address or name of a reader is ever in it. */
export type ServeEvent =
  | {
      readonly kind: 'started';
      readonly port: number;
      readonly keyFingerprint: string;
      readonly database: string;
      readonly version: string;
    }
  | { readonly kind: 'private-listening'; readonly address: string; readonly paths: readonly string[] }
  | { readonly kind: 'fetch-recorded'; readonly fetch: RecordedFetch }
  | { readonly kind: 'stalled'; readonly reason: string }
  | { readonly kind: 'recovered'; readonly held: number; readonly seconds: number }
  | { readonly kind: 'user-agents-forgotten'; readonly fetches: number; readonly before: Date }
  | { readonly kind: 'disk-nearly-full'; readonly freeBytes: number }
  | { readonly kind: 'disk-has-room'; readonly freeBytes: number; readonly seconds: number }
  | {
      readonly kind: 'descriptors-scarce' | 'descriptors-enough';
      readonly open: number;
      readonly limit: number;
    }
  | {
      readonly kind: 'tokens-unverifiable';
      readonly unverifiable: number;
      readonly verified: number;
      readonly keyFingerprint: string;
      readonly keySource: string;
    }
  | {
      readonly kind: 'keys-reloaded';
      readonly keys: readonly number[];
      readonly keyFingerprint: string;
      readonly keySource: string;
    }
  | { readonly kind: 'keys-kept'; readonly reason: string; readonly keyFingerprint: string }
  | { readonly kind: 'key-made'; readonly file: string; readonly advice: string }
  | { readonly kind: 'key-exposed'; readonly file: string; readonly warning: string }
  | { readonly kind: 'database-exposed'; readonly file: string; readonly warning: string }
  | { readonly kind: 'certificate-renewed'; readonly file: string }
  | { readonly kind: 'certificate-kept'; readonly reason: string }
  | { readonly kind: 'not-notifying' }
  | { readonly kind: 'fault'; readonly reason: string }
  | { readonly kind: 'log-missed'; readonly lines: number }
  | { readonly kind: 'unsubscribes-lost'; readonly count: number }
  | { readonly kind: 'stopped'; readonly counts: RecorderCounts };
