#!/usr/bin/env bash
# mjml 5.4.1 (npm): a double quote in an attribute that is written in single quotes, and in <mj-title>, is printed as it is between
# double quotes. The attribute ends there in the HTML: readers see half of the text, and a link loses the rest of its address.
#
# Output seen:
#   alt: alt="He said "hi""
#   title: aria-label="Say "hi""
#
# Exits 1 when the output is another.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund mjml@5.4.1
cat > compile.mjs <<'JS'
import mjml2html from 'mjml';

const inColumn = (content, head) =>
  `<mjml><mj-head>${head}</mj-head><mj-body><mj-section><mj-column>${content}</mj-column></mj-section></mj-body></mjml>`;
const cases = [
  ['alt', `<mj-image src="https://example.com/a.png" alt='He said "hi"' />`, '', /alt="He.*?""/, 'alt="He said "hi""'],
  ['title', '', '<mj-title>Say "hi"</mj-title>', /aria-label=".*?""/, 'aria-label="Say "hi""'],
];
for (const [name, content, head, pattern, expected] of cases) {
  const { html } = await mjml2html(inColumn(content, head));
  const [seen = 'nothing'] = pattern.exec(html) ?? [];
  console.log(`${name}: ${seen}`);
  if (seen !== expected) process.exitCode = 1;
}
JS
node compile.mjs
