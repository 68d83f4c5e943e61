/**
 * What came back by mail: from the octets of one message to what it is. Knows the reports of RFC 3464, 5965 and 8098, automatic replies
 * of RFC 3834, and the reports of servers that follow none of them. Knows nothing of our emails: whose a report is, `match.ts` says.
 */
import { type Complaint, readComplaint } from './complaint.js';
import { type DeliveryReport, readDeliveryReport } from './delivery-report.js';
import { type Disposition, readDisposition } from './disposition.js';
import { type MessageParts, readMessageParts } from './message-parts.js';
import { type Reply, readReply } from './reply.js';

/** What one message is. `parts` are those that its meaning was read in. */
export type Returned = (
  | ({ readonly kind: 'delivery-status' } & DeliveryReport)
  | ({ readonly kind: 'complaint' } & Complaint)
  | ({ readonly kind: 'disposition' } & Disposition)
  | Reply
  | { readonly kind: 'other' }
) & { readonly parts: MessageParts };

/** Reports that are passed on as an attachment are read in it, so often. */
const maxDepth = 2;

/** @param octets one message; the first 4 MB are read. LF, CRLF and CR line ends give one result. */
export async function readReturned(octets: Uint8Array): Promise<Returned> {
  return readAtDepth(octets, 0);
}

async function readAtDepth(octets: Uint8Array, depth: number): Promise<Returned> {
  const parts = await readMessageParts(octets);
  const complaint = readComplaint(parts);
  if (complaint !== undefined) return { kind: 'complaint', ...complaint, parts };
  const disposition = readDisposition(parts);
  if (disposition !== undefined) return { kind: 'disposition', ...disposition, parts };
  const report = readDeliveryReport(parts);
  if (report !== undefined) {
    const inner = await reportInside(report, depth);
    return inner ?? { kind: 'delivery-status', ...report, parts };
  }
  return { ...(readReply(parts) ?? { kind: 'other' }), parts };
}

/** A server that passes on a report of another one says nothing itself, and returns that report. */
async function reportInside(
  { recipients, by, original }: DeliveryReport,
  depth: number,
): Promise<Returned | undefined> {
  const isPlain = by === 'words' && recipients.length === 0;
  if (!isPlain || depth >= maxDepth || original.length === 0) return undefined;
  const inner = await readAtDepth(original, depth + 1);
  return inner.kind === 'delivery-status' && inner.recipients.length > 0 ? inner : undefined;
}
