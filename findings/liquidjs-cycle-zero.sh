#!/usr/bin/env bash
# liquidjs 10.30.1 (npm): {% cycle 0, 1 %} prints nothing where the value is 0, while {{ 0 }} and {% echo 0 %} print it. With the
# option outputEscape it prints the 0, so that one template gives other words with and without escaping.
#
# Output seen on 2026-11-30:
#   plain [][1][]
#   escaped [0][1][0]
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
const template = '{% for i in (1..3) %}[{% cycle 0, 1 %}]{% endfor %}';
console.log('plain', new Liquid().parseAndRenderSync(template));
console.log('escaped', new Liquid({ outputEscape: 'escape' }).parseAndRenderSync(template));
JS
output=$(node try.cjs)
echo "$output"
test "$output" = "plain [][1][]
escaped [0][1][0]"
