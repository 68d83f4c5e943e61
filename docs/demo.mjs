/**
 * Draws what `mailtrack demo` prints as docs/demo.svg, the picture in the README: `npm run docs:demo`.
 * The text is the command's own; only random ids, ports and the time differ from run to run.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

const lineHeight = 19;
const columnWidth = 8.43;
const padding = 20;
const classes = { 1: 'b', 2: 'd', 31: 'r', 32: 'g', 33: 'y' };

// Both streams into one, in the order they were written.
const { stdout } = await promisify(execFile)(
  'sh',
  ['-c', '"$0" bin/mailtrack.js demo 2>&1', process.execPath],
  {
    env: { ...process.env, FORCE_COLOR: '1', COLUMNS: '92', NO_COLOR: '' },
  },
);
const lines = ['\u001b[1m$ mailtrack demo\u001b[22m', ...stdout.trimEnd().split('\n')];
const width = Math.ceil(92 * columnWidth + 2 * padding);
const height = lines.length * lineHeight + 2 * padding;

const text = lines
  .map((line, index) => `<text x="${padding}" y="${padding + 14 + index * lineHeight}">${spans(line)}</text>`)
  .join('\n');
writeFileSync(
  new URL('demo.svg', import.meta.url),
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Output of mailtrack demo">
<style>
rect{fill:#10151c}text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d7dde5;white-space:pre}
.b{font-weight:700;fill:#fff}.d{fill:#8b97a5}.g{fill:#7fd491}.y{fill:#e8c268}.r{fill:#f08c84}
</style>
<rect width="100%" height="100%" rx="8"/>
${text}
</svg>
`,
);

/** SGR sequences to tspans. */
function spans(line) {
  let open = [];
  let out = '';
  for (const part of line.split(/(\u001b\[\d+m)/)) {
    const code = /^\u001b\[(\d+)m$/.exec(part)?.[1];
    if (code === undefined) {
      const escaped = part.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
      out += part === '' ? '' : `<tspan class="${open.join(' ')}">${escaped}</tspan>`;
    } else if (code === '22') open = open.filter(name => name !== 'b' && name !== 'd');
    else if (code === '39') open = open.filter(name => name === 'b' || name === 'd');
    else open = [...open, classes[code]];
  }
  return out;
}
