#!/usr/bin/env bash
# liquidjs 10.30.1 (npm): {%- endraw %} does not end {% raw %}, though a hyphen before any other end tag is white-space control, as in
# {%- endcomment %}, and Liquid's own documentation allows it in every tag. The template is refused as "not closed". A hyphen behind,
# {% endraw -%}, works; one behind the start tag, {% raw -%}, removes no white space.
#
# Output seen on 2026-12-01:
#   {% raw %} x {%- endraw %} refused
#   {% raw %} x {% endraw -%} b " x b"
#   {% raw -%} x {% endraw %} " x "
#   {% comment %} x {%- endcomment %}b "b"
#
# Needs npm. Ends with 1 when liquidjs behaves in another way.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund liquidjs@10.30.1 >/dev/null
cat >try.cjs <<'JS'
const { Liquid } = require('liquidjs');
const engine = new Liquid();
for (const template of [
  '{% raw %} x {%- endraw %}',
  '{% raw %} x {% endraw -%} b',
  '{% raw -%} x {% endraw %}',
  '{% comment %} x {%- endcomment %}b',
]) {
  try {
    console.log(template, JSON.stringify(engine.parseAndRenderSync(template)));
  } catch (error) {
    if (!/not closed/.test(error.message)) throw error;
    console.log(template, 'refused');
  }
}
JS
output=$(node try.cjs)
echo "$output"
test "$output" = '{% raw %} x {%- endraw %} refused
{% raw %} x {% endraw -%} b " x b"
{% raw -%} x {% endraw %} " x "
{% comment %} x {%- endcomment %}b "b"'
