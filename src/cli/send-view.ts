import { Problem } from '../problem.js';
import { diffLines, type ShownComparison } from '../terminal/diff-view.js';
import { eventJson } from '../terminal/ndjson.js';
import { planLines } from '../terminal/plan-view.js';
import { problemJson } from '../terminal/problem-view.js';
import { RepeatedLines } from '../terminal/repeated-lines.js';
import { eventLines, finishedLines, sentEarlierLines } from '../terminal/send-lines.js';
import type { LiveProgress } from '../terminal/send-progress.js';
import { createStyle, type Style } from '../terminal/style.js';
import type { SendEvent } from '../workflow/events.js';
import type { Context } from './context.js';
import { OutputLost } from './lost-output.js';
import { type Output, terminalWidth } from './output.js';

export interface SendView {
  show(event: SendEvent): void;
  close(): Promise<void>;
}

/** From so many recipients on a moving bar tells more than lines; Ink takes half a second to load. */
const recipientsForLiveView = 25;
/** Uncertain recipients named at the end; the report has all. */
const uncertainNamed = 20;

/** Events to stdout as NDJSON with `--json`, to stderr as words for people; live where there is a terminal and much to do. */
export function createSendView(context: Context, color: boolean): SendView {
  const { output, json } = context;
  const style = createStyle({ color, environment: process.env, isTerminal: output.stderr.isTTY === true });
  const words = json || context.quiet ? undefined : createWords(context, style);
  return {
    show(event) {
      if (json) {
        const line = eventJson(event);
        if (line !== undefined) output.data(line);
        // Output that was lost is told of at the very end, on the stream that is left.
        if (
          event.kind === 'send-finished' &&
          event.stopped !== undefined &&
          !(event.stopped instanceof OutputLost)
        ) {
          warnJson(output, event.stopped);
        }
        if (event.kind === 'sent-earlier' && event.beingSent) {
          const locked = new Problem('email-locked', event.what, { fix: event.next });
          warnJson(output, locked);
        }
      }
      words?.show(event);
      if (context.quiet && !json) sayTrouble(output, event, style);
    },
    async close() {
      await words?.close();
    },
  };
}

/** One line, however long: it is for a program, also on a terminal. */
function warnJson({ streams }: Output, problem: Problem): void {
  streams.write('stderr', `${problemJson([problem])}\n`);
}

/** What copies say and where they differ, for `--diff`: words for people, beside the plan. */
export function showDifferences(context: Context, color: boolean, compared: ShownComparison): void {
  const { output } = context;
  if (context.json) return;
  const style = createStyle({ color, environment: process.env, isTerminal: output.stderr.isTTY === true });
  for (const line of diffLines(compared, { style, width: terminalWidth(output.stderr) })) output.say(line);
}

/** With `--quiet` only what needs somebody. */
function sayTrouble(output: Output, event: SendEvent, style: Style): void {
  for (const line of troubleLines(event, style)) output.warn(line);
}

function troubleLines(event: SendEvent, style: Style): readonly string[] {
  if (event.kind !== 'send-finished' && event.kind !== 'sent-earlier') return [];
  const isFine = event.counts.accepted === event.recipients;
  if (event.kind === 'send-finished') return isFine ? [] : finishedLines(event, [], style);
  // Another email was meant, and it did not go out.
  return isFine && event.compared.kind === 'same' ? [] : sentEarlierLines(event, style);
}

/** A server that was named by a flag has to be named again. A URL in a flag never holds a password. */
function serverFlag({ config }: Context): string {
  const flags = config.layers.find(({ place }) => place.kind === 'flag');
  const url = flags?.values.get('smtp.url')?.value;
  return typeof url === 'string' ? ` --smtp ${url}` : '';
}

function createWords(context: Context, style: Style): SendView {
  const { output } = context;
  const uncertain: string[] = [];
  const repeated = new RepeatedLines();
  let total = 0;
  let live: Promise<LiveProgress> | undefined;
  let finished: Extract<SendEvent, { kind: 'send-finished' }> | undefined;

  async function startLive(): Promise<LiveProgress> {
    const { startLiveProgress } = await import('../terminal/send-progress.js');
    return startLiveProgress(output.stderr, total, () => performance.now());
  }

  return {
    show(event) {
      if (event.kind === 'send-planned') {
        total = event.plan.recipients;
        const width = terminalWidth(output.stderr);
        for (const line of planLines(event.plan, { style, width })) output.say(line);
        return;
      }
      if (event.kind === 'send-resumed') {
        total = event.counts.pending + event.counts.deferred;
        uncertain.push(...event.uncertain);
      }
      if (
        event.kind === 'recipient-settled' &&
        event.state === 'uncertain' &&
        uncertain.length < uncertainNamed
      ) {
        uncertain.push(event.emailAddress);
      }
      if (event.kind === 'session-opened' && output.stderr.isTTY === true && total >= recipientsForLiveView)
        live ??= startLive();
      if (event.kind === 'send-finished') finished = event;
      if (live === undefined) for (const line of repeated.next(eventLines(event, style))) output.say(line);
      else void live.then(view => view.show(event));
    },
    async close() {
      await (await live)?.close();
      for (const line of repeated.end()) output.say(line);
      if (finished !== undefined)
        for (const line of finishedLines(finished, uncertain, style, serverFlag(context))) output.say(line);
    },
  };
}
