import type { Composition } from './composition.js';
import type { CopyContext } from './copy-plan.js';
import { type Context, createEngines, parseLiquid, type Scope } from './liquid/liquid.js';
import { defaultLocale } from './liquid/locale-filters.js';
import { type MarkedTemplate, markStaticRuns, type StaticRun } from './liquid/static-runs.js';
import { createReadingScope, type ReadRecipient, renderOrThrow } from './read-copy.js';

/** One part of a copy: the runs of the template in it, and the values between them. */
export interface CopyPart {
  /** Every run of the template, which all copies share. */
  readonly texts: readonly StaticRun[];
  /** Which of them stand in this copy, in their order; the run of a loop may come several times. */
  readonly runs: readonly number[];
  /** Before the first run, between two runs and behind the last: one more than runs. '' where there is nothing. */
  readonly values: readonly string[];
}

/** A copy as `ReadableCopy`, in pieces of which most are the same in other copies. */
export interface VaryingCopy {
  readonly subject: string;
  /** undefined: the message is plain text only. */
  readonly html: CopyPart | undefined;
  readonly text: CopyPart;
}

/** Reads copies as `createCopyReader` does, for the price of their values. */
export function createVaryingReader(
  composition: Pick<
    Composition,
    'mode' | 'template' | 'boundary' | 'date' | 'set' | 'defaults' | 'trackingUrl'
  >,
  context: Pick<CopyContext, 'emailId' | 'templatePath'>,
): (recipient: ReadRecipient) => VaryingCopy {
  const { template, date, boundary } = composition;
  const origin = { place: { file: context.templatePath }, lineOffset: 0 };
  const engines = createEngines({ locale: template.locale ?? defaultLocale, date });
  const toScope = createReadingScope(composition, context.emailId);
  const subject = parseLiquid('text', template.subject, origin, engines);
  const html = template.html === undefined ? undefined : parsePart('html', template.html);
  const text = parsePart('text', template.text);

  function parsePart(part: Context, source: string) {
    const marked = markStaticRuns(source, boundary);
    const liquid = parseLiquid(part, marked.source, origin, engines);
    return (scope: Scope, recipient: ReadRecipient) =>
      splitPart(marked, renderOrThrow(liquid, scope, recipient));
  }

  return recipient => {
    const scope = toScope(recipient);
    return {
      subject: renderOrThrow(subject, scope, recipient),
      html: html?.(scope, recipient),
      text: text(scope, recipient),
    };
  };
}

function splitPart(marked: MarkedTemplate, rendered: string): CopyPart {
  const runs: number[] = [];
  const values: string[] = [];
  let value = '';
  for (const segment of marked.segments(rendered)) {
    if (segment.kind === 'value') {
      value = segment.text;
      continue;
    }
    values.push(value);
    runs.push(segment.index);
    value = '';
  }
  values.push(value);
  return { texts: marked.runs, runs, values };
}

/** The part as its reader gets it. */
export function joinPart({ texts, runs, values }: CopyPart): string {
  let whole = values[0] ?? '';
  for (const [index, run] of runs.entries()) whole += (texts[run]?.text ?? '') + (values[index + 1] ?? '');
  return whole;
}
