/**
 * One newsletter of about 30 kB in four kinds of template: HTML with a style sheet, MJML, Markdown with front matter, HTML with
 * styles in its elements. Each has conditions, a loop over nothing that lists hold, and values in texts and links.
 */
const sentence =
  'Thank you for reading this far: the new opening hours start on Monday, and the reading room stays as it was. ';

const count = 40;
const items = make => Array.from({ length: count }, (_, index) => make(index + 1)).join('\n');
const words = sentence.repeat(4).trim();
const offer = number =>
  number % 5 === 0
    ? `{% if vip == "y" %}Your code is {{ code }}.{% else %}Ask us for a code.{% endif %}`
    : '';
const link = number => `https://example.com/news/${number}?of={{ code }}`;

const sheet = `
body { margin: 0; padding: 0; font-family: Arial, sans-serif; color: #222 }
table { border-collapse: collapse; width: 100% }
td.item { padding: 10px 25px; font-size: 13px; line-height: 1.4 }
td.item p { margin: 0 0 12px }
td.item a { color: #0b57d0; text-decoration: none }
a:hover { text-decoration: underline }
.small, .small a { font-size: 11px; color: #777 }
h1, h2 { font-family: Georgia, serif; font-weight: normal }
h2 { font-size: 18px; margin: 0 }
@media (max-width: 480px) { td.item { padding: 10px } }
`;

const page = (head, cell) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>News of the month</title>${head}</head>
<body>
<h1>Hello {{ name }}</h1>
<table role="presentation">
${items(cell)}
</table>
<p class="small">You get this as {{ email }}.</p>
</body>
</html>
`;

const withSheet = page(
  `<style>${sheet}</style>`,
  number =>
    `<tr><td class="item"><h2>Item ${number}</h2><p>${words} ${offer(number)}</p><p><a href="${link(number)}">Read item ${number}</a></p></td></tr>`,
);

const withStyles = page(
  '',
  number =>
    `<tr><td style="padding:10px 25px;font-size:13px"><h2 style="margin:0">Item ${number}</h2><p style="margin:0 0 12px">${words} ${offer(number)}</p><p><a style="color:#0b57d0" href="${link(number)}">Read item ${number}</a></p></td></tr>`,
);

const mjml = `<mjml>
<mj-head><mj-title>News of the month</mj-title><mj-preview>Opening hours, and more</mj-preview>
<mj-attributes><mj-text font-size="13px" line-height="1.4" /></mj-attributes></mj-head>
<mj-body>
<mj-section><mj-column><mj-text font-size="24px">Hello {{ name }}</mj-text></mj-column></mj-section>
${items(
  number =>
    `<mj-section><mj-column><mj-text><h2>Item ${number}</h2><p>${words} ${offer(number)}</p></mj-text><mj-button href="${link(number)}">Read item ${number}</mj-button></mj-column></mj-section>`,
)}
<mj-section><mj-column><mj-text>You get this as {{ email }}.</mj-text></mj-column></mj-section>
</mj-body>
</mjml>
`;

const markdown = `---
subject: News of the month
preheader: Opening hours, and more
city: Springfield
---

# Hello {{ name }}

${items(number => `## Item ${number}\n\n${words} ${offer(number)}\n\n- One\n- *Two* in {{ city }}\n\n[Read item ${number}](${link(number)})\n`)}

You get this as {{ email }}.
`;

/** File names and sources. */
export const templates = [
  { name: 'HTML with a style sheet', path: 'sheet.html', source: withSheet },
  { name: 'MJML', path: 'news.mjml', source: mjml },
  { name: 'Markdown', path: 'news.md', source: markdown },
  { name: 'HTML with styles', path: 'plain.html', source: withStyles },
];

/** The fields of one recipient. */
export const row = number => ({
  email: `person-${number}@example.com`,
  name: `Person O'Neil ${number}`,
  vip: number % 2 === 0 ? 'y' : 'n',
  code: `C-${number}`,
});
