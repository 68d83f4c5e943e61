#!/usr/bin/env bash
# mjml 5.4.1 (npm): the same input compiles to other output each time when it has <mj-carousel> or
# <mj-navbar hamburger="hamburger">. Each gets a random id, which is in class names, ids and style sheets. There is no option
# for a fixed one, so whoever compares, caches or signs compiled mail has to compare the source instead.
#
# Output seen:
#   mj-text: same
#   mj-carousel: differs
#   mj-navbar hamburger: differs
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

const inColumn = content =>
  `<mjml><mj-body><mj-section><mj-column>${content}</mj-column></mj-section></mj-body></mjml>`;
const cases = {
  'mj-text': ['<mj-text>Hello</mj-text>', 'same'],
  'mj-carousel': ['<mj-carousel><mj-carousel-image src="https://example.com/1.png" alt="" /></mj-carousel>', 'differs'],
  'mj-navbar hamburger': [
    '<mj-navbar hamburger="hamburger"><mj-navbar-link href="https://example.com/">Home</mj-navbar-link></mj-navbar>',
    'differs',
  ],
};
for (const [name, [content, expected]] of Object.entries(cases)) {
  const [first, second] = [await mjml2html(inColumn(content)), await mjml2html(inColumn(content))];
  const seen = first.html === second.html ? 'same' : 'differs';
  console.log(`${name}: ${seen}`);
  if (seen !== expected) process.exitCode = 1;
}
JS
node compile.mjs
