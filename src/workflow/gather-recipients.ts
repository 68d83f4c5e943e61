import { hash } from 'node:crypto';
import type { SourceRef } from '../merge/composition.js';
import { addrSpecKey } from '../message/mailbox.js';
import { NumberSet } from '../number-set.js';
import type { Problem } from '../problem.js';
import { type AudiencePlan, type Mention, planAudience, roleOrder } from '../recipients/audience.js';
import { type ListFacts, listNotices } from '../recipients/list-facts.js';
import type { ListFlags } from '../recipients/list-flags.js';
import type { Recipient } from '../recipients/recipient.js';
import type { Where } from '../recipients/where.js';
import { ListProblems, type NamedProblem } from './list-problems.js';
import { checkListUsage } from './list-usage.js';
import { type NamedPeople, type NamedRecipients, type NamingPorts, readNamedPeople } from './named-people.js';
import type { Ledger, Mode, Random } from './ports.js';
import { skippedNotice, skippedRows } from './skipped-rows.js';
import { drawSeed, takeSample } from './take-sample.js';

export interface GatherOptions extends ListFlags {
  readonly named: NamedRecipients;
  readonly duplicates: 'first' | 'last' | 'each' | undefined;
  readonly skipInvalid: boolean;
  /** true: only recipients who said yes are tracked. */
  readonly consentNeeded: boolean;
  /** Which rows of lists are meant; [] means all. */
  readonly where: Where;
  /** So many of those who remain, picked at random; undefined: all. */
  readonly sample: number | undefined;
  /** The same seed picks the same people of the same lists; undefined: one is drawn. */
  readonly seed: string | undefined;
}

export interface GatherPorts extends NamingPorts {
  readonly random: Random;
  readonly findSuppressed: Ledger['findSuppressed'];
}

/** Everybody who gets a copy. */
export interface Gathered {
  readonly mode: Mode;
  readonly typedByHand: boolean;
  /** Those who were met during the first reading are everybody, in their order: nobody has to be met again. */
  readonly allMet: boolean;
  /**
   * To before Cc before Bcc. Long lists, and those in which somebody is named twice, are read anew each time.
   * @throws Problem `io` when one of them has changed.
   */
  recipients(): AsyncIterable<Recipient>;
  /** Names of columns and of fields in the address book; what a template may ask for. */
  readonly columns: ReadonlySet<string>;
  /** There is a list, whose columns say which fields there are. */
  readonly fromList: boolean;
  /** Some of the columns are of a header that was refused: another row may be the header. */
  readonly isHeaderRefused: boolean;
  /** Lists that were read. */
  readonly sources: readonly SourceRef[];
  /** What was understood of them. */
  readonly lists: readonly ListFacts[];
  /** Rows of lists that are not meant. */
  readonly leftOut: number;
  /** Addresses left out, as they were first written. */
  readonly suppressed: readonly string[];
  /** What was merged or left out, for the user to see. */
  readonly notices: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * Everything named on the command line to people, with all problems of all lists. Lists may have a million rows, so they
 * are read and read again, and what is kept of each row is a number.
 * @throws Problem `usage` when a flag has no list to be about, or `seed` no sample.
 * @param meet called for everybody during the first reading, in which nobody can say yet who is named twice.
 */
export async function gatherRecipients(
  options: GatherOptions,
  ports: GatherPorts,
  meet: (recipient: Recipient) => void,
): Promise<Gathered> {
  const named = await readNamedPeople(options, ports);
  checkListUsage(options, named);
  const survey = await surveyPeople(named, ports.findSuppressed, meet);
  const audience = planAudience(await readSpecial(named, survey), {
    duplicates: options.duplicates,
    suppressed: survey.suppressed,
  });
  const skipped = options.skipInvalid ? skippedRows(survey.problems) : new Map<string, readonly Problem[]>();
  const isComplete = survey.special.size === 0 && survey.isOrdered;
  const everybody = () =>
    isComplete && survey.kept ? yieldAll(survey.kept) : readAudience(named, survey, audience);
  const total = isComplete ? survey.met : undefined;
  const sample =
    options.sample === undefined
      ? undefined
      : await takeSample(options.sample, total, everybody, options.seed ?? drawSeed(ports.random));
  return {
    mode: modeOf(options.named),
    typedByHand: named.typedByHand,
    allMet: isComplete && sample === undefined,
    recipients: sample?.recipients ?? everybody,
    columns: survey.columns,
    fromList: survey.fromList,
    isHeaderRefused: named.refusedNames.length > 0,
    sources: named.sources,
    lists: named.lists,
    leftOut: survey.leftOut,
    suppressed: audience.suppressed,
    notices: [
      ...named.lists.flatMap(listNotices),
      ...whereNotice(options.where, survey.leftOut),
      ...[...skipped].map(skippedNotice),
      ...audience.notices,
      ...(sample === undefined ? [] : [sample.notice]),
    ],
    problems: [
      ...survey.problems
        .filter(({ list }) => list === undefined || !skipped.has(list))
        .map(({ problem }) => problem),
      ...audience.problems,
    ],
  };
}

export function modeOf({ each }: NamedRecipients): Mode {
  return each.length > 0 ? 'each' : 'group';
}

/** So many people are kept in memory and not read again: a few megabytes. */
const mostKept = 10_000;

/** Addresses that are looked up together. */
const askedAtOnce = 1_000;

/** What one reading of everything tells. */
interface Survey {
  /** How many people were met. */
  readonly met: number;
  readonly leftOut: number;
  /** Everybody who was met; undefined when they are too many. */
  readonly kept: readonly Recipient[] | undefined;
  /** Numbers of the addresses that need a second look: named more than once, or suppressed. */
  readonly special: NumberSet;
  /** Who is suppressed of those who were met, by `addrSpecKey`. */
  readonly suppressed: ReadonlySet<string>;
  /** To was read before Cc before Bcc. */
  readonly isOrdered: boolean;
  readonly columns: ReadonlySet<string>;
  readonly fromList: boolean;
  readonly problems: readonly NamedProblem[];
}

async function surveyPeople(
  named: NamedPeople,
  findSuppressed: GatherPorts['findSuppressed'],
  meet: (recipient: Recipient) => void,
): Promise<Survey> {
  const seen = new NumberSet();
  const special = new NumberSet();
  const columns = new Set<string>();
  const problems = new ListProblems();
  let fromList = false;
  let file: string | undefined;
  let isOrdered = true;
  let kept: Recipient[] | undefined = [];
  let lastRole = 0;
  let met = 0;
  const suppressed = new Set<string>();
  let unasked: string[] = [];
  const askSuppressed = async () => {
    for (const key of await findSuppressed(unasked)) {
      suppressed.add(key);
      special.add(numberOf(key));
    }
    unasked = [];
  };
  for await (const mention of named.read()) {
    if ('problem' in mention) {
      problems.add(mention);
      continue;
    }
    meet(mention);
    met += 1;
    kept?.push(mention);
    if (kept !== undefined && kept.length > mostKept) kept = undefined;
    const role = roleOrder.indexOf(mention.role);
    isOrdered &&= role >= lastRole;
    lastRole = role;
    const key = addrSpecKey(mention.mailbox.addrSpec);
    const number = numberOf(key);
    if (!seen.add(number)) special.add(number);
    if (unasked.push(key) >= askedAtOnce) await askSuppressed();
    const from = 'file' in mention.source ? mention.source.file : undefined;
    fromList ||= from !== undefined;
    // All rows of a list have the same columns.
    if (from === undefined || from !== file) for (const name of mention.fields.keys()) columns.add(name);
    file = from;
  }
  if (unasked.length > 0) await askSuppressed();
  // Also of lists whose rows were all refused.
  for (const { columns: names } of named.lists) for (const name of names) columns.add(name);
  for (const name of named.refusedNames) if (name !== '') columns.add(name);
  return {
    met,
    leftOut: named.leftOut,
    kept,
    special,
    suppressed,
    isOrdered,
    columns,
    fromList: fromList || (columns.size > 0 && !named.typedByHand),
    problems: problems.all(),
  };
}

/** Equal for equal addresses; two different ones with one number only get a second look each. */
function numberOf(key: string): number {
  return hash('sha1', key, 'buffer').readUIntBE(0, 6);
}

async function readSpecial(named: NamedPeople, { special }: Survey): Promise<readonly Mention[]> {
  const mentions: Mention[] = [];
  if (special.size === 0) return mentions;
  for await (const mention of named.read()) {
    if (!('problem' in mention) && isSpecial(mention, special)) mentions.push(mention);
  }
  return mentions;
}

function isSpecial({ mailbox }: Mention, special: NumberSet): boolean {
  return special.has(numberOf(addrSpecKey(mailbox.addrSpec)));
}

async function* yieldAll(recipients: readonly Recipient[]): AsyncGenerator<Recipient, void, void> {
  yield* recipients;
}

async function* readAudience(
  named: NamedPeople,
  { special }: Survey,
  audience: AudiencePlan,
): AsyncGenerator<Recipient, void, void> {
  const decided = new Map(audience.recipients.map(mention => [mention.position, mention]));
  const roles = new Set<string>(['to']);
  for (const role of roleOrder) {
    if (!roles.has(role)) continue;
    for await (const mention of named.read()) {
      if ('problem' in mention) continue;
      const recipient =
        special.size > 0 && isSpecial(mention, special) ? decided.get(mention.position) : mention;
      if (recipient?.role === role) yield recipient;
      else if (recipient !== undefined) roles.add(recipient.role);
    }
  }
}

function whereNotice(where: Where, leftOut: number): readonly string[] {
  if (where.length === 0 || leftOut === 0) return [];
  return [`${leftOut} ${leftOut === 1 ? 'row' : 'rows'} left out by --where`];
}
