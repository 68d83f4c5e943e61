import { domainOf } from '../../message/mailbox.js';
import { type Place, Problem, Problems } from '../../problem.js';
import { type ListFacts, listNotices } from '../../recipients/list-facts.js';
import { startCheckProgress } from '../../terminal/check-progress.js';
import { checkJson, checkLines } from '../../terminal/check-view.js';
import { createStyle } from '../../terminal/style.js';
import { checkPlannedEmail, type Finding, toFinding } from '../../workflow/check-email.js';
import type { PlannedEmail } from '../../workflow/plan-email.js';
import { readContacts } from '../address-book.js';
import { type Context, createContext } from '../context.js';
import { alignmentWarning, type DkimSettings, readDkimSettings } from '../dkim-settings.js';
import { checkUsage, type DraftOptions, requireTrackingUrl, settingFlags } from '../draft.js';
import { exitCodes } from '../exit-codes.js';
import { createPassingKeyRing } from '../key-ring.js';
import { terminalWidth } from '../output.js';
import { hasServer, noServer, readSmtpAddress } from '../smtp-address.js';
import { findLoginProblems } from '../smtp-secret.js';
import { rehearse, rehearsedDraft } from './rehearse.js';

/** Everything there is to say about an email before it is sent; nothing is sent, and no server is asked. */
export async function runCheck(templatePath: string, options: DraftOptions): Promise<void> {
  checkUsage(options);
  const context = await createContext(options, settingFlags(options));
  const checked = await check(templatePath, options, context);
  show(context, options, checked);
  if (checked.findings.some(({ severity }) => severity === 'error')) process.exitCode = exitCodes.foundErrors;
}

interface Checked {
  readonly findings: readonly Finding[];
  /** undefined when they could not be planned for. */
  readonly recipients: number | undefined;
  /** What the plan would say: rows that are left out or merged. */
  readonly notes: readonly string[];
  /** Those whose header could be read. */
  readonly lists: readonly ListFacts[];
}

async function check(templatePath: string, options: DraftOptions, context: Context): Promise<Checked> {
  const setup = await readSetup(options, context);
  // Words left over are findings beside those of the copies, and beside the problems where there are no copies.
  const draft = {
    ...rehearsedDraft(templatePath, options, context, setup.trackingUrl),
    allowPlaceholders: options.allowPlaceholders === true || ('when-alone' as const),
  };
  const severity = options.allowPlaceholders === true ? 'warning' : 'error';
  let lists: readonly ListFacts[] = [];
  const progress = showsProgress(context)
    ? startCheckProgress(context.output.stderr, () => performance.now())
    : undefined;
  const told = {
    tellLists: (read: readonly ListFacts[]) => {
      lists = read;
    },
    tellRead: progress?.read,
  };
  try {
    const use = async (planned: PlannedEmail) => ({
      findings: [
        ...setup.findings,
        ...planned.leftovers.map(problem => toFinding(problem, severity)),
        ...(await checkPlannedEmail(planned, createPassingKeyRing(), Number.POSITIVE_INFINITY, looked =>
          progress?.looked(looked, planned.plan.recipients),
        )),
        ...dkimWarnings(setup.dkim, domainOf(planned.plan.from.addrSpec)),
      ],
      recipients: planned.plan.recipients,
      notes: planned.plan.notices,
    });
    return { ...(await rehearse(draft, context, use, told)), lists };
  } catch (error) {
    const problems = problemsOf(error);
    if (problems.every(({ code }) => code === 'usage')) throw error;
    // A row that somebody was named from is an error, and no warning beside it.
    const known = setup.findings.filter(
      ({ where }) => !problems.some(problem => isSamePlace(problem.where, where)),
    );
    const findings = [...known, ...problems.map(problem => toFinding(problem))];
    return { findings, recipients: undefined, lists, notes: [] };
  } finally {
    progress?.clear();
  }
}

/** A line that is written over itself needs a terminal that can. */
function showsProgress({ output, json, quiet }: Context): boolean {
  return output.stderr.isTTY === true && !json && !quiet && process.env['TERM'] !== 'dumb';
}

function isSamePlace(one: Place | undefined, other: Place | undefined): boolean {
  return one?.line !== undefined && one.line === other?.line && one.file === other.file;
}

/** @throws whatever is not about the input. */
function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof Problems) return error.problems;
  if (error instanceof Problem) return [error];
  throw error;
}

interface Setup {
  readonly trackingUrl: string | undefined;
  readonly dkim: DkimSettings | undefined;
  readonly findings: readonly Finding[];
}

/** What is missing or wrong before the message is looked at. */
async function readSetup(options: DraftOptions, context: Context): Promise<Setup> {
  const findings: Finding[] = [];
  const attempt = async <T>(read: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      findings.push(...problemsOf(error).map(problem => toFinding(problem)));
      return undefined;
    }
  };
  // Why the file cannot be opened is said where people are planned for.
  const contacts = await readContacts(context).catch(() => undefined);
  findings.push(...(contacts?.unreadable ?? []).map(({ problem }) => toFinding(problem, 'warning')));
  if (!hasServer(context)) {
    findings.push({
      ...toFinding(noServer(), 'warning'),
      what: 'there is no SMTP server, which `send` needs',
    });
  }
  const server = hasServer(context) ? await attempt(() => readSmtpAddress(context)) : undefined;
  // Neither stops anybody from working on a template: only `send` needs the server and its secret.
  const login = server === undefined ? [] : await findLoginProblems(context, server);
  findings.push(...login.map(problem => toFinding(problem, 'warning')));
  const trackingUrl = options.track
    ? await attempt(() => requireTrackingUrl(options, context, server))
    : undefined;
  const dkim = await attempt(() => readDkimSettings(context, server?.host));
  return { trackingUrl, dkim, findings };
}

function dkimWarnings(dkim: DkimSettings | undefined, fromDomain: string): readonly Finding[] {
  if (dkim === undefined) return [];
  const alignment = alignmentWarning(dkim, fromDomain);
  return [...dkim.warnings, ...(alignment === undefined ? [] : [alignment])].map(what => ({
    severity: 'warning',
    code: 'dkim',
    what,
    where: undefined,
    fix: undefined,
  }));
}

function show(
  { output, json }: Context,
  { color }: DraftOptions,
  { findings, recipients, lists, notes: all }: Checked,
): void {
  // They are told above as what they are.
  const ofLists = new Set(lists.flatMap(listNotices));
  const notes = all.filter(note => !ofLists.has(note));
  if (json) {
    output.data(checkJson(findings, recipients, { lists, notes }));
    return;
  }
  const style = createStyle({ color, environment: process.env, isTerminal: output.stdout.isTTY === true });
  const width = terminalWidth(output.stdout);
  for (const line of checkLines(findings, recipients, { style, width, lists, notes })) output.data(line);
}
