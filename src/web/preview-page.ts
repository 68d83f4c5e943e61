import { printFileSize } from '../message/file-size.js';

/**
 * A page that shows copies side by side as wide and narrow screens have them. It holds everything it needs: no script, no
 * style from elsewhere, and each copy locked into a frame of its own, in which nothing runs and nothing can be sent.
 */
export interface PageCopy {
  readonly row: number;
  readonly emailAddress: string;
  readonly header: readonly (readonly [name: string, value: string])[];
  readonly text: string;
  readonly html: string | undefined;
  /** The HTML with its images in it, as the frames show it. */
  readonly page: string | undefined;
  readonly attachments: readonly { readonly filename: string; readonly bytes: number }[];
}

/** The frames inherit it, so that a copy may load its images over https and nothing else. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; base-uri 'none'; form-action 'none'";

export function previewPage(title: string, copies: readonly PageCopy[], recipients: number): string {
  const contents = copies
    .map(({ row, emailAddress }) => `<li><a href="#copy-${row}">${row}. ${escapeHtml(emailAddress)}</a></li>`)
    .join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Preview: ${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1><bdi>${escapeHtml(title)}</bdi></h1>
<p>${copies.length} of ${recipients} ${recipients === 1 ? 'copy' : 'copies'}. The tracking pixel is left out; links to unsubscribe do nothing.</p>
${copies.length > 1 ? `<nav aria-label="Copies"><ul>\n${contents}\n</ul></nav>` : ''}
</header>
<main>
${copies.map(copySection).join('\n')}
</main>
</body>
</html>
`;
}

interface Tab {
  readonly name: string;
  readonly title: string;
  readonly panel: string;
}

function copySection(copy: PageCopy): string {
  const { row, emailAddress } = copy;
  const tabs = tabsOf(copy);
  const inputs = tabs.map(
    ({ name, title }, index) =>
      `<input type="radio" name="tab-${row}" id="tab-${row}-${name}" class="to-${name}"${index === 0 ? ' checked' : ''}><label for="tab-${row}-${name}">${title}</label>`,
  );
  const panels = tabs.map(({ name, panel }) => `<div class="panel ${name}">${panel}</div>`);
  return `<section id="copy-${row}" aria-labelledby="title-${row}">
<h2 id="title-${row}">${row}. <bdi>${escapeHtml(emailAddress)}</bdi></h2>
<dl>
${fieldsOf(copy)}
</dl>
<div class="tabs">
${inputs.join('\n')}
${panels.join('\n')}
</div>
</section>`;
}

function tabsOf({ row, html, page, text }: PageCopy): readonly Tab[] {
  const asText = { name: 'text', title: 'Text', panel: `<pre>${escapeHtml(text)}</pre>` };
  if (html === undefined || page === undefined) return [asText];
  const frames = devices.map(([device, width]) => frame(row, page, device, width));
  return [
    { name: 'html', title: 'HTML', panel: frames.join('') },
    asText,
    { name: 'source', title: 'Source', panel: `<pre>${escapeHtml(html)}</pre>` },
  ];
}

/** CSS pixels: the reading pane of a mail program on a laptop, and most phones. Both fit beside one another into 1280. */
const devices = [
  ['Desktop', 768],
  ['Phone', 375],
] as const;

/**
 * A phone lays its scroll bar over the message. One beside it would take its place from the width that is shown, and with it
 * decide what `@media (max-width: …)` of the message says.
 */
const noScrollBar = '<style>html{scrollbar-width:none}</style>';

/** An empty sandbox: no scripts, no forms, no windows, an origin of its own. */
function frame(row: number, page: string, device: string, width: number): string {
  return `<figure><figcaption>${device}, ${width} px</figcaption><iframe sandbox="" referrerpolicy="no-referrer" title="Copy ${row}, ${device}" width="${width}" height="720" srcdoc="${escapeHtml(page + noScrollBar)}"></iframe></figure>`;
}

function fieldsOf({ header, attachments }: PageCopy): string {
  const named = attachments.map(({ filename, bytes }) => `${filename} (${printFileSize(bytes)})`);
  const files: PageCopy['header'] = named.length > 0 ? [['Files', named.join(', ')]] : [];
  return [...header, ...files]
    .map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd><bdi>${escapeHtml(value)}</bdi></dd>`)
    .join('\n');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, character => entities[character] ?? '');
}

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; padding: 24px; max-width: 1232px; }
h1 { font-size: 1.4rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 0 0 8px; }
header p { margin: 4px 0 16px; }
nav ul { list-style: none; padding: 0; columns: 3 14rem; }
section { border: 1px solid light-dark(#c8c8c8, #555); border-radius: 8px; padding: 16px; margin: 0 0 24px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 0 0 16px; }
dt { color: light-dark(#595959, #b0b0b0); }
dd { margin: 0; overflow-wrap: anywhere; }
.tabs { position: relative; }
input { position: absolute; opacity: 0; }
label { display: inline-block; min-height: 44px; line-height: 44px; padding: 0 16px; cursor: pointer; border-bottom: 3px solid transparent; }
input:checked + label { border-bottom-color: currentColor; font-weight: 600; }
input:focus-visible + label { outline: 2px solid; outline-offset: -2px; }
.panel { display: none; border-top: 1px solid light-dark(#c8c8c8, #555); padding-top: 16px; }
.to-html:checked ~ .html { display: flex; flex-wrap: wrap; gap: 24px; overflow-x: auto; }
.to-text:checked ~ .text, .to-source:checked ~ .source { display: block; }
figure { margin: 0; }
figcaption { font-size: 0.875rem; margin-bottom: 4px; }
iframe { border: 1px solid light-dark(#c8c8c8, #555); background: #fff; color-scheme: light; box-sizing: content-box; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: 0.875rem/1.5 ui-monospace, monospace; }
@media print { .panel { display: block !important; } }
`;
