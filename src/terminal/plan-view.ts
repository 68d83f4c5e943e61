import { addrSpecKey, printMailbox } from '../message/mailbox.js';
import type { Suppression } from '../recipients/suppression.js';
import { createTimeFormat } from '../time-format.js';
import type { Addressed, PlanOrigins, SendPlan } from '../workflow/events.js';
import { visible } from './clean.js';
import { displayWidth } from './display-width.js';
import type { Style } from './style.js';
import { wrap } from './wrap.js';

const mailboxesShown = 5;

/** A label and its text; long texts go on below themselves. */
type Row = (label: string, text: string) => readonly string[];

const labelWidth = 9;
const indent = ' '.repeat(labelWidth + 3);
const below = ' '.repeat(4);

/** What is about to happen, for somebody who can still say no. */
export function planLines(
  plan: SendPlan,
  { style, width }: { style: Style; width: number },
): readonly string[] {
  const row: Row = (label, text) => labelled(label, text, { style, width });
  return [
    ...wrap(visible(plan.subject), width).map(style.bold),
    ...row('From', visible(printMailbox(plan.from))),
    ...audienceLines(plan, row),
    ...row(
      'Tracking',
      trackingText(plan) + (plan.trackingUrl === undefined ? '' : from(plan.origins?.tracking)),
    ),
    ...(plan.sendId === undefined ? [] : row('Id', `${visible(plan.sendId)}, sent once`)),
    ...(plan.server === undefined ? [] : serverLines(plan.server, plan, row)),
    ...originLines(plan.origins, row),
    ...plan.notices.flatMap(notice => row('Note', visible(notice))),
    ...(plan.suppressed.length > 0 ? row('Left out', leftOut(plan)) : []),
    ...plan.warnings.flatMap(warning => row('Warning', visible(warning)).map(style.warn)),
  ];
}

/** A text beside its label; below it where a word of the text needs more room. */
function labelled(
  label: string,
  text: string,
  { style, width }: { readonly style: Style; readonly width: number },
): readonly string[] {
  const beside = width - indent.length;
  const isBelow = text.split(' ').some(word => displayWidth(word) > beside);
  if (isBelow && label !== '')
    return [`  ${style.dim(label)}`, ...wrap(text, width - below.length).map(line => below + line)];
  const before = isBelow ? below : indent;
  const [first = '', ...rest] = wrap(text, Math.max(1, width - before.length));
  const begin = label === '' ? before : `  ${style.dim(label.padEnd(labelWidth))} `;
  return [begin + first, ...rest.map(line => before + line)];
}

function audienceLines(plan: SendPlan, row: Row): readonly string[] {
  if (plan.mode === 'each') {
    const people = plan.recipients === 1 ? '1 person' : `${plan.recipients} people`;
    return [
      ...row('Each', `${people}, a message of their own: ${mailboxes(plan.to)}`),
      ...row('Visible', 'each sees only their own address'),
    ];
  }
  return [
    ...(plan.to.count > 0 ? row('To', mailboxes(plan.to)) : []),
    ...(plan.cc.count > 0 ? row('Cc', mailboxes(plan.cc)) : []),
    ...(plan.bcc.count > 0 ? row('Bcc', `${mailboxes(plan.bcc)} (in no copy)`) : []),
    ...row('Visible', exposure(plan)),
  ];
}

function exposure({ recipients, visible: addresses }: SendPlan): string {
  const people = recipients === 1 ? '1 person' : `${recipients} people`;
  if (addresses === 0) return `${people} will see no address but the sender’s`;
  return `${people} will see ${addresses === 1 ? 'this 1 address' : `these ${addresses} addresses`}`;
}

function trackingText({ trackingUrl, untracked, sharing = 0, recipients }: SendPlan): string {
  if (trackingUrl === undefined) return 'none: no copy has a pixel';
  const host = visible(trackingUrl);
  if (sharing > 0) {
    const without = untracked > sharing ? `, and ${untracked - sharing} have none` : '';
    return `a pixel at ${host}; ${sharing} of ${recipients} copies share one that counts no person${without}`;
  }
  return untracked === 0
    ? `a pixel per copy at ${host}`
    : `a pixel at ${host}; ${untracked} of ${recipients} copies without`;
}

/** So many messages can be left without an answer, whatever breaks. */
function serverLines(
  server: string,
  { connections, window, recipients, origins }: SendPlan,
  row: Row,
): readonly string[] {
  const many = connections === 1 ? '1 connection' : `${connections} connections`;
  const uncertain = Math.min(connections * window, recipients);
  const they = connections === 1 ? 'it' : 'they';
  return [
    ...row('Server', visible(server) + from(origins?.server)),
    ...row('', `${many}, at most ${uncertain} uncertain should ${they} break`),
  ];
}

function originLines(origins: PlanOrigins | undefined, row: Row): readonly string[] {
  if (origins === undefined) return [];
  const { database, dkim } = origins;
  return [
    ...(dkim === undefined ? [] : row('Signed', `for ${visible(dkim.domain)}${from(dkim.origin)}`)),
    ...row('Database', visible(database.name) + from(database.origin)),
  ];
}

/** Whoever reads the plan sees who decided it: their own file, or that of a folder they came to. */
function from(origin: string | undefined): string {
  return origin === undefined ? '' : ` (${visible(origin)})`;
}

/** Who reads the plan did not leave them out: somebody else did, at some time, for a reason. */
function leftOut({ suppressed, suppressions }: SendPlan): string {
  const named = suppressed.slice(0, mailboxesShown).map(address => {
    const found = suppressions?.get(addrSpecKey(address));
    return `${address} (${found === undefined ? 'never to be mailed' : whyLeftOut(found)})`;
  });
  return list(named, suppressed.length);
}

function whyLeftOut({ kind, reason, since }: Suppression): string {
  const day = createTimeFormat(since).day(since);
  if (kind === 'unsubscribed') return `unsubscribed on ${day}`;
  return `never to be mailed since ${day}${reason === '' ? '' : `: ${reason}`}`;
}

function mailboxes({ count, first }: Addressed): string {
  return list(first.map(printMailbox), count);
}

function list(names: readonly string[], count: number): string {
  const shown = names.slice(0, mailboxesShown).map(visible).join(', ');
  return count > mailboxesShown ? `${shown} and ${count - mailboxesShown} more` : shown;
}
