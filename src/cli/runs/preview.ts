import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Problem } from '../../problem.js';
import { openInBrowser } from '../../system/open-in-browser.js';
import {
  makeFolder,
  makeTemporaryFolder,
  removeFolderLater,
  writePrivateFile,
} from '../../system/output-files.js';
import { visible } from '../../terminal/clean.js';
import { previewJson, previewLines } from '../../terminal/preview-view.js';
import { createStyle } from '../../terminal/style.js';
import { withoutTrailing } from '../../text-scan.js';
import { previewPage } from '../../web/preview-page.js';
import { type ChosenRows, type PreviewedCopy, previewCopies } from '../../workflow/preview-copies.js';
import { type Context, createContext } from '../context.js';
import { checkUsage, type DraftOptions, settingFlags } from '../draft.js';
import { type Output, terminalWidth } from '../output.js';
import { rehearse, rehearsedDraft } from './rehearse.js';

export interface PreviewOptions extends DraftOptions {
  readonly row?: readonly number[];
  readonly all?: boolean;
  readonly html?: boolean;
  readonly open?: boolean;
}

const mostShown = 20;
/** For a browser that starts slowly, and somebody who loads the page again. */
const pageLifeMs = 10 * 60_000;

/** Shows copies as they would be sent, but for the pixel: on the terminal, in files or in the browser. */
export async function runPreview(templatePath: string, options: PreviewOptions): Promise<void> {
  // Files are written here without anything else that --dry-run means.
  checkUsage({ ...options, dryRun: true });
  const context = await createContext(options, settingFlags(options));
  const trackingUrl = context.text('tracking.url');
  const base = trackingUrl === undefined ? undefined : withoutTrailing(trackingUrl, '/');
  const draft = {
    ...rehearsedDraft(templatePath, options, context, base),
    // What would be refused may be looked at: nobody else sees it.
    allowPlaceholders: true,
    maxVisible: Number.POSITIVE_INFINITY,
    expose: undefined,
  };
  const { copies, plan } = await rehearse(draft, context, async planned => ({
    copies: await previewCopies(planned, chosenRows(options)),
    plan: planned.plan,
  }));
  for (const notice of [...plan.notices, ...plan.warnings]) context.output.say(`Note: ${visible(notice)}`);
  if (options.all && plan.recipients > copies.length)
    context.output.say(`Note: ${copies.length} of ${plan.recipients} copies are shown.`);
  await show(context, options, copies, plan.recipients);
}

function chosenRows({ row, all }: PreviewOptions): ChosenRows {
  if (all) return { kind: 'first', count: mostShown };
  return { kind: 'rows', rows: row ?? [1] };
}

async function show(
  context: Context,
  options: PreviewOptions,
  copies: readonly PreviewedCopy[],
  recipients: number,
): Promise<void> {
  const { output, json } = context;
  const files = await writeFiles(options, copies, recipients);
  if (json) output.data(previewJson(copies, recipients, files));
  else if (files.length > 0) for (const file of files) output.data(file);
  else if (options.html) showHtml(output, copies);
  else showText(output, options, copies, recipients);
  const [page] = files;
  if (!options.open || page === undefined) return;
  if (await openInBrowser(page)) removeFolderLater(dirname(page), pageLifeMs);
  else output.say('There is no program to open it with; open the file in a browser.');
}

/** @returns their paths; none when nothing is to be written. */
async function writeFiles(
  { out, open }: PreviewOptions,
  copies: readonly PreviewedCopy[],
  recipients: number,
): Promise<readonly string[]> {
  if (open) {
    const page = previewPage(copies[0]?.subject ?? '', copies, recipients);
    const folder = await makeTemporaryFolder('preview');
    try {
      return [await writePrivateFile(folder, 'preview.html', Buffer.from(page))];
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }
  if (out === undefined) return [];
  await makeFolder(out);
  const paths: string[] = [];
  for (const { row, emailAddress, text, page } of copies) {
    const number = String(row).padStart(String(recipients).length, '0');
    const name = `${number}-${emailAddress.replaceAll(/[^A-Za-z0-9@._+-]/g, '_')}`;
    if (page !== undefined) paths.push(await writePrivateFile(out, `${name}.html`, Buffer.from(page)));
    paths.push(await writePrivateFile(out, `${name}.txt`, Buffer.from(text)));
  }
  return paths;
}

/** Octet for octet into a file or a pipe; a terminal is not handed what it would obey. */
function showHtml(output: Output, copies: readonly PreviewedCopy[]): void {
  for (const { html } of copies) {
    if (html === undefined) {
      throw new Problem('usage', 'there is no HTML part: a .txt template is sent as plain text', {
        fix: 'Leave out --html; without --no-track there is an HTML part, which carries the pixel.',
      });
    }
    const isTerminal = output.stdout.isTTY === true;
    output.data(isTerminal ? html.split('\n').map(visible).join('\n').trimEnd() : html.trimEnd());
  }
}

function showText(
  output: Output,
  { color }: PreviewOptions,
  copies: readonly PreviewedCopy[],
  recipients: number,
): void {
  const style = createStyle({ color, environment: process.env, isTerminal: output.stdout.isTTY === true });
  const width = terminalWidth(output.stdout);
  // Into a pipe or a file go the lines of the message.
  const textWidth = output.stdout.isTTY === true ? width : Number.POSITIVE_INFINITY;
  for (const [index, copy] of copies.entries()) {
    if (index > 0) output.data('');
    for (const line of previewLines(copy, recipients, { style, width, textWidth })) output.data(line);
  }
}
