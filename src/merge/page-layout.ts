import type { PageLanguage } from './page-language.js';

/**
 * The page around Markdown and plain text: a readable measure, the system's own font, light and dark. Every element has its style
 * on it, since several mail clients drop style elements; what is in the one below is for dark mode alone.
 */
const ink = '#1f2933';
const quiet = '#52606d';
const line = '#d0d7de';
const shade = '#f2f4f7';

const font = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const fixedFont = 'ui-monospace,Menlo,Consolas,monospace';
const heading = (size: number) => `margin:24px 0 12px;font-size:${size}px;line-height:1.3;font-weight:700`;

/** By tag, for writing from left to right. */
const leftToRight: Readonly<Record<string, string>> = {
  h1: heading(26),
  h2: heading(21),
  h3: heading(18),
  h4: heading(16),
  h5: heading(16),
  h6: heading(16),
  p: 'margin:0 0 16px',
  a: 'color:#0b57d0;text-decoration:underline',
  ul: 'margin:0 0 16px;padding:0 0 0 24px',
  ol: 'margin:0 0 16px;padding:0 0 0 24px',
  li: 'margin:0 0 6px',
  blockquote: `margin:0 0 16px;padding:4px 0 4px 16px;border-left:3px solid ${line};color:${quiet}`,
  code: `padding:1px 4px;border-radius:4px;background:${shade};font-family:${fixedFont};font-size:14px`,
  pre: `margin:0 0 16px;padding:12px 16px;border-radius:6px;background:${shade};font-family:${fixedFont};font-size:14px;line-height:1.45;white-space:pre-wrap`,
  table: 'border-collapse:collapse;margin:0 0 16px',
  th: `padding:8px 12px 8px 0;border-bottom:2px solid ${line};text-align:left;vertical-align:top`,
  td: `padding:8px 12px 8px 0;border-bottom:1px solid ${line};vertical-align:top`,
  hr: `margin:24px 0;border:0;border-top:1px solid ${line}`,
  img: 'max-width:100%;height:auto;border:0',
};

/** What has a left and a right side has them the other way round. */
const rightToLeft: Readonly<Record<string, string>> = {
  ...leftToRight,
  ul: 'margin:0 0 16px;padding:0 24px 0 0',
  ol: 'margin:0 0 16px;padding:0 24px 0 0',
  blockquote: `margin:0 0 16px;padding:4px 16px 4px 0;border-right:3px solid ${line};color:${quiet}`,
  th: `padding:8px 0 8px 12px;border-bottom:2px solid ${line};text-align:right;vertical-align:top`,
  td: `padding:8px 0 8px 12px;border-bottom:1px solid ${line};vertical-align:top`,
};

/** By tag. */
export function elementStyles(
  direction: PageLanguage['direction'] | undefined,
): Readonly<Record<string, string>> {
  return direction === 'rtl' ? rightToLeft : leftToRight;
}

const dark = `@media (prefers-color-scheme: dark) {
  body { background: #16181d !important; color: #e6e8eb !important }
  a { color: #8ab4f8 !important }
  blockquote { color: #b3bdc8 !important; border-color: #4a5462 !important }
  code, pre { background: #272b33 !important }
  th, td, hr { border-color: #4a5462 !important }
}`;

/** @param language undefined when nobody said which it is. */
export function layOut(body: string, language?: PageLanguage): string {
  const attributes = language === undefined ? '' : languageAttributes(language);
  return `<!doctype html>
<html${attributes}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<style>
:root { color-scheme: light dark }
${dark}
</style>
</head>
<body style="margin:0;padding:20px;background:#ffffff;color:${ink};font-family:${font};font-size:16px;line-height:1.5">
<div${attributes} style="max-width:600px;overflow-wrap:break-word">
${body}</div>
</body>
</html>
`;
}

/** On the element around the words too, since several mail programs take the page away. HTML §3.2.6.1, §3.2.6.3 */
function languageAttributes({ tag, direction }: PageLanguage): string {
  return ` lang="${tag}" dir="${direction}"`;
}
