import type { CompileTemplate, TemplateResult } from '../merge/compile-template.js';
import type { SourceRef } from '../merge/composition.js';
import { templateKind } from '../merge/template-kind.js';
import { folderOf, type RootFolder, resolveInside } from '../merge/template-path.js';
import { attachmentName } from '../message/attachment-name.js';
import type { Attachment } from '../message/compose.js';
import type { HeaderField } from '../message/header-field.js';
import type { AddrSpec } from '../message/mailbox.js';
import { Problem, Problems } from '../problem.js';
import type { AddressBook } from '../recipients/address-book.js';
import type { ListFacts } from '../recipients/list-facts.js';
import type { ListFlags } from '../recipients/list-flags.js';
import { cellFault } from '../recipients/list-row.js';
import type { Recipient } from '../recipients/recipient.js';
import type { Where } from '../recipients/where.js';
import type { ReadWorkbook } from '../recipients/xlsx-records.js';
import {
  type BrokenTemplate,
  findForeignFields,
  findMissingImages,
  readBrokenTemplate,
} from './broken-template.js';
import { fieldCheckOf, findUnknownFields } from './check-rows.js';
import { type Gathered, gatherRecipients } from './gather-recipients.js';
import type { NamedRecipients } from './named-people.js';
import type { Files, Ledger, Random, TokenFormat } from './ports.js';
import { type Originator, readHeaderFields, readOriginator } from './read-header-options.js';
import { readImages } from './read-images.js';
import { readIncludes } from './read-includes.js';
import { requireInFolder } from './require-in-folder.js';
import { readSource } from './source-ref.js';

/** What the command line and the configuration say, as it was written. */
export interface EmailDraft extends ListFlags {
  readonly templatePath: string;
  /** What relative paths are relative to. */
  readonly folder: string;
  readonly textPath: string | undefined;
  /** A folder whose files the template may use beside those of its own folder. */
  readonly root?: string | undefined;
  readonly subject: string | undefined;
  readonly from: string | undefined;
  readonly replyTo: string | undefined;
  /** For templates that name nobody. */
  readonly usual?: { readonly from: string | undefined; readonly replyTo: string | undefined };
  readonly envelopeFrom: string | undefined;
  readonly inReplyTo: string | undefined;
  /** true: each copy has a button to unsubscribe with, though the template has no link. */
  readonly listUnsubscribe?: boolean;
  readonly headers: readonly string[];
  readonly attachments: readonly string[];
  /** Columns of lists whose cells name files for the person of the row. */
  readonly attachmentColumns: readonly string[];
  readonly set: ReadonlyMap<string, string>;
  readonly named: NamedRecipients;
  /** Which rows of lists are meant; [] means all. */
  readonly where: Where;
  /** So many of those who remain, picked at random; undefined: all. */
  readonly sample: number | undefined;
  /** The same seed picks the same people of the same lists; undefined: one is drawn. */
  readonly seed: string | undefined;
  readonly maxVisible: number;
  readonly expose: number | undefined;
  readonly duplicates: 'first' | 'last' | 'each' | undefined;
  readonly skipInvalid: boolean;
  /** What reads as a merge field nobody filled in is meant. `when-alone`: it is a problem only beside others. */
  readonly allowPlaceholders: boolean | 'when-alone';
  /** true: only recipients who said yes are tracked. */
  readonly consentNeeded: boolean;
  /** true: copies of everybody else show one pixel that they share, which stands for nobody. */
  readonly sharedPixel?: boolean;
  readonly tokenFormat: TokenFormat;
  /** undefined: no copy is tracked. */
  readonly trackingUrl: string | undefined;
  /** For the plan; undefined in a dry run. */
  readonly server: string | undefined;
  /** Where the mail will leave from, also in a dry run; undefined when that is not known. */
  readonly smtpHost?: string | undefined;
  readonly connections: number;
  readonly window: number;
}

export interface DraftPorts {
  /** Told what was understood of the lists, also when something is wrong with the draft. */
  readonly tellLists?: ((lists: readonly ListFacts[]) => void) | undefined;
  /** Told how many people were read so far, now and then. */
  readonly tellRead?: ((people: number) => void) | undefined;
  readonly files: Files;
  readonly addressBook: AddressBook;
  readonly random: Random;
  readonly findSuppressed: Ledger['findSuppressed'];
  /** People who are not tracked, by `addrSpecKey`. */
  readonly optedOut?: ReadonlySet<string> | undefined;
  /** Without: here and now, however long it takes. */
  readonly compile?: CompileTemplate;
  readonly readWorkbook?: ReadWorkbook;
}

/** A draft with everything it names read and understood. */
export interface ReadDraft {
  readonly template: TemplateResult;
  readonly audience: Gathered;
  readonly originator: Originator;
  readonly headerFields: readonly HeaderField[];
  /** Images that the template shows, then what is attached. */
  readonly attachments: readonly AttachedFile[];
  /** Of the message; those of the recipients are the audience's. */
  readonly sources: readonly SourceRef[];
}

export interface AttachedFile extends Attachment {
  readonly path: string;
}

/** What is done with each recipient while the lists are read for the first time (`gatherRecipients`). */
export type Meet = (recipient: Recipient) => void;

/**
 * Reads template, lists, attachments and typed values. What is wrong is added to `problems`, so that one part's fault
 * does not hide another's.
 * @param meeting with the template, or without if it is a bad one.
 * @returns undefined when too little is right to look further.
 */
export async function readDraft(
  draft: EmailDraft,
  ports: DraftPorts,
  problems: Problem[],
  meeting: (template: TemplateResult | undefined) => Meet,
): Promise<ReadDraft | undefined> {
  const sources: SourceRef[] = [];
  const compiled = await collect(problems, () => readTemplate(draft, ports, sources));
  const illustrated = compiled && (await collect(problems, () => readImages(compiled, ports.files)));
  const template = illustrated?.template ?? compiled;
  const meet = (await collect(problems, async () => meeting(template))) ?? (() => undefined);
  const audience = await collect(problems, () => gatherRecipients(draft, ports, meet));
  problems.push(...(audience?.problems ?? []));
  if (audience !== undefined) ports.tellLists?.(audience.lists);
  const broken =
    compiled === undefined
      ? await readBrokenTemplate(draft.templatePath, ports.files, rootOf(draft))
      : undefined;
  if (broken !== undefined) await tellOfBroken(broken, { draft, ports, audience, problems });
  const originator = readOriginator(draft, template?.frontMatter ?? broken?.frontMatter, problems);
  problems.push(...findSetFaults(draft));
  const headerFields = readHeaderFields(draft, problems);
  const attachments = [
    ...(illustrated?.images ?? []),
    ...(await readAttachments(draft, template, ports.files, problems)),
  ];
  if (template === undefined || audience === undefined) return undefined;
  // Without a sender nothing is sent, but the fields of the template can be checked.
  return { template, audience, originator: originator ?? nobody, headerFields, attachments, sources };
}

const nobody: Originator = {
  from: { name: '', addrSpec: 'nobody@invalid' as AddrSpec },
  replyTo: [],
  reversePath: 'nobody@invalid',
};

/** The other faults of a template that does not compile: whoever mends it should not meet them one by one. */
async function tellOfBroken(
  broken: BrokenTemplate,
  {
    draft,
    ports: { files },
    audience,
    problems,
  }: {
    readonly draft: EmailDraft;
    readonly ports: DraftPorts;
    readonly audience: Gathered | undefined;
    readonly problems: Problem[];
  },
): Promise<void> {
  const { templatePath } = draft;
  const { source, asked, frontMatter } = broken;
  const foreign = findForeignFields(templatePath, source, audience?.columns ?? new Set());
  // What Liquid says of the same tag is no second fault.
  const isTold = ({ code, where }: Problem) =>
    code === 'template-syntax' &&
    foreign.some(one => one.message.startsWith('"{{') && one.where?.line === where?.line);
  const untold = problems.filter(problem => !isTold(problem));
  problems.splice(0, problems.length, ...untold, ...foreign);
  if (audience !== undefined && frontMatter !== undefined)
    problems.push(...findUnknownFields(fieldCheckOf({ asked, ...frontMatter }, audience, draft)));
  problems.push(...(await findMissingImages(broken, templatePath, files, rootOf(draft))));
}

function rootOf({ root, folder }: EmailDraft): RootFolder | undefined {
  return root === undefined ? undefined : { path: root, workingFolder: folder };
}

/** Runs one step; what it throws about the input is kept, so that the other steps can say theirs. */
async function collect<T>(problems: Problem[], step: () => Promise<T>): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof Problems) problems.push(...error.problems);
    else if (error instanceof Problem) problems.push(error);
    else throw error;
    return undefined;
  }
}

async function readTemplate(
  draft: EmailDraft,
  { files, compile }: DraftPorts,
  sources: SourceRef[],
): Promise<TemplateResult> {
  const path = draft.templatePath;
  const source = await readSource(path, files, sources);
  const textPath = draft.textPath ?? (await siblingText(path, files));
  const text =
    textPath === undefined
      ? undefined
      : { path: textPath, source: await readSource(textPath, files, sources) };
  const root = rootOf(draft);
  const includes = await readIncludes({ file: path, text: source, lineOffset: 0 }, files, root);
  sources.push(...includes.sources);
  const file = { path, source, text, includes: includes.texts, root };
  if (compile !== undefined) return compile(file, draft.subject);
  // Seventy files, which a program that compiles elsewhere does not load.
  const { compileTemplate } = await import('../merge/compile-template.js');
  return compileTemplate(file, draft.subject);
}

/** `msg.txt` beside `msg.mjml` is its text part. */
async function siblingText(templatePath: string, files: Files): Promise<string | undefined> {
  if (templateKind(templatePath) === 'txt') return undefined;
  const path = templatePath.replace(/\.[^./\\]+$/, '.txt');
  if (!(await files.exists(path))) return undefined;
  await requireInFolder(path, folderOf(templatePath), files, { file: path });
  return path;
}

function findSetFaults({ set }: EmailDraft): readonly Problem[] {
  return [...set].flatMap(([name, value]) => {
    const fault = cellFault(value);
    return fault === undefined ? [] : [new Problem('usage', `--set ${name}: ${fault} in the value`)];
  });
}

async function readAttachments(
  draft: EmailDraft,
  template: TemplateResult | undefined,
  files: Files,
  problems: Problem[],
): Promise<readonly AttachedFile[]> {
  const paths = [
    ...(await attachmentsOfTemplate(draft.templatePath, template, files, problems)),
    ...draft.attachments,
  ];
  const attachments: AttachedFile[] = [];
  for (const path of paths) {
    const content = await collect(problems, () => files.readBytes(path));
    const filename = attachmentName(path);
    if (!filename.ok)
      problems.push(
        new Problem('header-value', `the file name ${JSON.stringify(path)} ${filename.why}`, {
          fix: 'Rename the file.',
        }),
      );
    else if (content !== undefined) attachments.push({ path, filename: filename.value, content });
  }
  return attachments;
}

/** What the command line names is the user's own word; a template may come from somebody else, and names its folder's files. */
async function attachmentsOfTemplate(
  templatePath: string,
  template: TemplateResult | undefined,
  files: Files,
  problems: Problem[],
): Promise<readonly string[]> {
  const folder = folderOf(templatePath);
  const where = { file: templatePath };
  const paths: string[] = [];
  for (const written of template?.frontMatter.attachments ?? []) {
    const path = resolveInside(folder, folder, written);
    if (!path.ok) {
      problems.push(
        new Problem('template-syntax', `the attachment ${JSON.stringify(written)}: ${path.why}`, {
          where,
          fix: 'Copy the file into that folder, or attach it with --attach.',
        }),
      );
      continue;
    }
    const isThere = await collect(problems, async () => {
      await requireInFolder(path.value, folder, files, where);
      return true;
    });
    if (isThere) paths.push(path.value);
  }
  return paths;
}
