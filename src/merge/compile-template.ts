/**
 * A template file to what every copy is rendered from: Liquid in HTML, Liquid in text, Liquid in the subject.
 * MJML, Markdown and HTML-to-text run once per email, here; per recipient only Liquid runs (`render-copy.ts`).
 */
import { type Place, Problem } from '../problem.js';
import { type BareCondition, findBareConditions, noticesOfDefaults } from './bare-conditions.js';
import { refuseBareLiquid } from './bare-liquid.js';
import { firstTitle, titlesInHtml } from './body-title.js';
import { type FrontMatter, splitFrontMatter } from './front-matter.js';
import { withKnownCommentEnds } from './html/comment-ends.js';
import { startTags } from './html/start-tags.js';
import { findUnknownElements } from './html/unknown-elements.js';
import { findImages } from './inline-images.js';
import { refuseDoubtfulExpressions } from './liquid/doubtful-expressions.js';
import { fieldsOf, type Origin, parseLiquid } from './liquid/liquid.js';
import { type ProtectedText, protectLiquid } from './liquid/liquid-protection.js';
import { refuseMisplaced } from './liquid/misplaced-liquid.js';
import { refuseRawMarkup } from './liquid/raw-blocks.js';
import { pageLanguage } from './page-language.js';
import { placePixelSlot } from './pixel-placement.js';
import { htmlFromText, loadTextWriter, textFromHtml } from './plain-text.js';
import {
  type JoinedText,
  joinPieces,
  type PlaceOf,
  placesIn,
  type SourceText,
  wholeOf,
} from './source-text.js';
import { type TemplateKind, templateKind } from './template-kind.js';
import type { TemplateNotice } from './template-notice.js';
import type { RootFolder } from './template-path.js';

export interface TemplateFile {
  readonly path: string;
  readonly source: string;
  /** The hand-written text part, when there is one. */
  readonly text?: { readonly path: string; readonly source: string } | undefined;
  /** The text of every file that MJML includes, or that HTML links to as a style sheet, by its path. */
  readonly includes?: ReadonlyMap<string, string>;
  /** Whose files it may use beside those of its own folder. */
  readonly root?: RootFolder | undefined;
}

/** Liquid throughout. JSON keeps it: a copy made next week from the stored form has the same octets. */
export interface CompiledTemplate {
  readonly subject: string;
  /** Absent: the message is plain text only. */
  readonly html?: string | undefined;
  readonly text: string;
  /** Of dates and numbers; absent: `defaultLocale`. */
  readonly locale?: string | undefined;
}

export interface TemplateResult {
  /** As it was written, to name places in it. */
  readonly file: TemplateFile;
  readonly compiled: CompiledTemplate;
  readonly frontMatter: FrontMatter;
  /** Every merge field asked for, with the place of its first use. */
  readonly fields: ReadonlyMap<string, Place>;
  /** Every image to be attached, by the path to open it, with the place of its first use. */
  readonly images: ReadonlyMap<string, Place>;
  readonly notices: readonly TemplateNotice[];
  /** Conditions that test a field alone, by the field. */
  readonly bareConditions: ReadonlyMap<string, BareCondition>;
}

/** The slot that every copy comes to exactly once. `raw`: the element is ours, not a value to escape. */
const pixelSlot = '{{ pixel | raw }}';
const pixelPlaceholder = /\{\{-?\s*pixel\s*-?\}\}/g;

export type CompileTemplate = typeof compileTemplate;

/** What compiles one kind of template, which the others do without: 15 to 30 files each, and a library. */
const ofMjml = () => import('./mjml/mjml.js');
const ofIncludes = () => import('./mjml/mjml-include.js');
const ofTitle = () => import('./mjml/title-liquid.js');
const ofMarkdown = () => import('./markdown/markdown.js');
const ofCss = () => import('./css/inline-css.js');
const ofSheets = () => import('./css/linked-sheets.js');

/** Loads what takes long, for a template of that name that is still to come. */
export async function prepareToCompile(path: string): Promise<void> {
  const kind = templateKind(path);
  if (kind === 'mjml') await Promise.all([(await ofMjml()).loadMjml(), ofIncludes()]);
  if (kind === 'html') await Promise.all([(await ofCss()).loadJuice(), ofSheets()]);
  if (kind === 'md') await ofMarkdown();
  await loadTextWriter();
}

/**
 * @param subject from the command line; wins over the template's own.
 * @throws Problem(s) `template-syntax`, `template-subject`, `input-missing`.
 */
export async function compileTemplate(
  file: TemplateFile,
  subject: string | undefined,
): Promise<TemplateResult> {
  try {
    return await compile(file, subject);
  } catch (error) {
    // Each of the parsers goes one call deeper for what stands inside something.
    if (!(error instanceof Error) || !/Maximum call stack size exceeded/.test(error.message)) throw error;
    throw new Problem('template-syntax', 'too much stands inside one another', {
      where: { file: file.path },
      fix: 'Nest elements, tags and quotes less deeply.',
      cause: error,
    });
  }
}

async function compile(file: TemplateFile, subject: string | undefined): Promise<TemplateResult> {
  const kind = templateKind(file.path);
  if (kind === undefined) {
    throw new Problem(
      'usage',
      `${file.path} is not a template: its name ends in none of .mjml, .html, .md, .txt`,
    );
  }
  const { frontMatter, body, bodyLineOffset } = await splitFrontMatter(file.path, file.source);
  if (body.trim() === '') {
    throw new Problem('template-syntax', 'the template is empty', {
      where: { file: file.path },
      fix: 'Write the message, below the front matter if there is one.',
    });
  }
  const template = { file: file.path, text: body, lineOffset: bodyLineOffset };
  const joined = await withIncluded(kind, template, file);
  const origin: Origin = {
    place: { file: file.path },
    lineOffset: bodyLineOffset,
    locate: joined.placeAt,
  };
  // First: it refuses what the others would take long for.
  const source = protectLiquid(joined.text, file.path);
  refuseDoubtfulExpressions(source, joined.placeOf);
  refuseOtherPixels('html', joined.text, origin);
  const written = parseLiquid('html', joined.text, origin);
  refuseRawMarkup(kind, joined.text, joined.placeOf);

  const {
    html: compiled,
    mayHide = false,
    notices = [],
    title,
  } = await compileHtml(kind, source, joined, frontMatter.locale);
  const html = withLiteralBraces(kind, compiled);
  refuseMisplaced(compilers[kind], html, source, joined.placeOf);
  const text = await compileText(kind, source, { html, mayHide }, file, joined.placeOf);
  const subjectLine = requireSubject(subject ?? frontMatter.subject ?? title?.(), file.path);
  refuseDoubtfulExpressions(protectLiquid(subjectLine, file.path), () => ({ file: file.path }));

  // Both read the tags anew: to keep them takes ten times as long.
  refuseBareLiquid(html, startTags(html), source, joined);
  const images = findImages(html, source, joined, file);
  const bareConditions = findBareConditions(source, joined.placeOf);

  return {
    file,
    compiled: {
      subject: subjectLine,
      html: withPixelSlot(source.restore(withPreheader(html, frontMatter.preheader))),
      text: text.replaceAll(pixelPlaceholder, ''),
      locale: frontMatter.locale,
    },
    frontMatter,
    images,
    notices: [
      ...notices,
      ...(kind === 'html' || kind === 'mjml' ? findUnknownElements(kind, source, joined.placeOf) : []),
      ...noticesOfDefaults(bareConditions, frontMatter.defaults),
    ],
    bareConditions,
    fields: new Map([
      ...fieldsOf(parseLiquid('text', subjectLine, { place: { file: file.path }, lineOffset: 0 }), {
        place: { file: file.path },
        lineOffset: 0,
      }),
      ...(file.text === undefined ? [] : fieldsOfText(file.text)),
      ...fieldsOf(written, origin),
    ]),
  };
}

async function withIncluded(
  kind: TemplateKind,
  template: SourceText,
  { includes = new Map(), root }: TemplateFile,
): Promise<JoinedText> {
  if (kind === 'mjml')
    return (await ofTitle()).withCapturedTitle(
      withCommentEnds(await (await ofIncludes()).expandIncludes(template, includes, root)),
    );
  if (kind === 'html')
    return withCommentEnds((await ofSheets()).expandLinkedSheets(template, includes, root));
  return joinPieces([wholeOf(template)]);
}

function withCommentEnds(joined: JoinedText): JoinedText {
  return { ...joined, text: withKnownCommentEnds(joined.text) };
}

interface CompiledHtml {
  readonly html: string;
  /** Whether a style sheet may hide an element, other than by the element's own style. */
  readonly mayHide?: boolean;
  readonly notices?: readonly TemplateNotice[];
  /** What the body says that its title is. */
  title?(): string | undefined;
}

async function compileHtml(
  kind: TemplateKind,
  source: ProtectedText,
  { text, placeOf }: JoinedText,
  locale: string | undefined,
): Promise<CompiledHtml> {
  switch (kind) {
    case 'mjml':
      return {
        ...(await (await ofMjml()).compileMjml(source, placeOf)),
        title: () => firstTitle(titlesInHtml(kind, text, placeOf)),
      };
    case 'md':
      return (await ofMarkdown()).compileMarkdown(source, placeOf, pageLanguage(locale));
    case 'txt':
      return { html: htmlFromText(source, pageLanguage(locale)) };
    case 'html':
      return {
        ...(await (await ofCss()).inlineCss(source, placeOf)),
        title: () => firstTitle(titlesInHtml(kind, text, placeOf)),
      };
  }
}

/** Whose work shows, where Liquid is not in its place any more. */
const compilers: Readonly<Record<TemplateKind, string>> = {
  mjml: 'MJML',
  md: 'Markdown',
  html: 'the inlining of CSS',
  txt: 'the HTML around the text',
};

/** What a compiler decodes, `&#123;&#123;` or `\\{\\{`, is words, and no Liquid that is read next. */
function withLiteralBraces(kind: TemplateKind, html: string): string {
  return kind === 'md' || kind === 'mjml' ? html.replaceAll(/\{(?=[{%])/g, '&#123;') : html;
}

async function compileText(
  kind: TemplateKind,
  source: ProtectedText,
  html: Required<Pick<CompiledHtml, 'html' | 'mayHide'>>,
  file: TemplateFile,
  placeOf: PlaceOf,
): Promise<string> {
  if (kind === 'txt') return `${source.restore(source.text).trimEnd()}\n`;
  if (file.text !== undefined) return file.text.source.replaceAll(/\r\n?/g, '\n');
  return textFromHtml(html, source, placeOf);
}

/** `--subject`, front matter, `<mj-title>` or `<title>`, the first Markdown heading: in that order. */
function requireSubject(found: string | undefined, file: string): string {
  if (found === undefined || found.trim() === '') {
    throw new Problem('template-subject', 'the message has no subject', {
      where: { file },
      fix: 'Pass --subject, or begin the file with a front matter: ---, subject: …, ---.',
    });
  }
  return found.trim();
}

/** The line mail clients show beside the subject: hidden in the message itself. */
function withPreheader(html: string, preheader: string | undefined): string {
  if (preheader === undefined) return html;
  const element = `<div style="display:none;max-height:0;overflow:hidden">${preheader}</div>`;
  return placePixelSlot(html, element);
}

/** The user's own `{{ pixel }}` is where it goes; else we choose. Of several, or in a loop, the first that a copy comes to. */
function withPixelSlot(html: string): string {
  const own = html.replaceAll(pixelPlaceholder, `${pixelSlot}{% assign pixel = "" %}`);
  return own === html ? placePixelSlot(html, pixelSlot) : own;
}

/** The element is for the HTML and nowhere else: filtered, kept or written into an attribute it would be words for a reader. */
function refuseOtherPixels(context: 'html' | 'text', text: string, origin: Origin): void {
  const others = text.replaceAll(pixelPlaceholder, bare => ' '.repeat(bare.length));
  if (!others.includes('pixel')) return;
  const where = fieldsOf(parseLiquid(context, others, origin), origin).get('pixel');
  if (where === undefined) return;
  throw new Problem('template-syntax', 'the pixel can only stand as it is', {
    where,
    fix: 'Write {{ pixel }} where the image is to be, without filters and tags; or leave it out, and it is put near the top.',
  });
}

function fieldsOfText(text: { readonly path: string; readonly source: string }): ReadonlyMap<string, Place> {
  if (/^---[ \t]*\r?\n/.test(text.source)) {
    throw new Problem('template-syntax', 'a text part has no front matter; this is a template of its own', {
      where: { file: text.path, line: 1 },
      fix: 'Take the front matter out, give the file another name than the template, or name another with --text.',
    });
  }
  const origin = { place: { file: text.path }, lineOffset: 0 };
  const written = { file: text.path, text: text.source, lineOffset: 0 };
  refuseDoubtfulExpressions(protectLiquid(text.source, text.path), placesIn(written));
  refuseOtherPixels('text', text.source, origin);
  return fieldsOf(parseLiquid('text', text.source, origin), origin);
}
