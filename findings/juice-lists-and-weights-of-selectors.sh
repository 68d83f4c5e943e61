#!/usr/bin/env bash
# juice 11.1.1 (npm): a selector with a list in it, such as p:is(.a, .b) or p:not(.a, .b), is inlined nowhere, since each comma is taken
# for the end of a selector; :is(.a) with one member is inlined. And a pseudo-class weighs as much as an element, where
# Selectors 4 section 17 has it weigh as much as a class: p:first-child loses to .a.
#
# Output seen on 2026-12-01:
#   p:is(.a) <p class="a" style="color: red;">x</p>
#   p:is(.a, .b) <p class="a">x</p>
#   p:not(.c, .d) <p class="a">x</p>
#   p:first-child beside .a <p class="a" style="color: blue;">x</p>
#
# Needs npm. Ends with 1 when juice behaves in another way.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund juice@11.1.1 >/dev/null
cat >try.cjs <<'JS'
const juice = require('juice');
const html = '<p class="a">x</p>';
for (const selector of ['p:is(.a)', 'p:is(.a, .b)', 'p:not(.c, .d)'])
  console.log(selector, juice.inlineContent(html, `${selector} { color: red }`));
console.log('p:first-child beside .a', juice.inlineContent(html, 'p:first-child { color: red } .a { color: blue }'));
JS
output=$(node try.cjs)
echo "$output"
test "$output" = 'p:is(.a) <p class="a" style="color: red;">x</p>
p:is(.a, .b) <p class="a">x</p>
p:not(.c, .d) <p class="a">x</p>
p:first-child beside .a <p class="a" style="color: blue;">x</p>'
