/**
 * `npm run samples`: plans each sample of templates/ with the built command, takes the first copy as it would be sent, and has
 * Chromium show it at 320 and 640 px, light and dark. To be looked at; `test/e2e/samples.test.ts` checks what can be checked.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { samples } from './samples.mjs';
import { takeScreenshots } from './screenshots.mjs';

const folder = mkdtempSync(join(tmpdir(), 'mailtrack-samples-'));
const only = process.argv.slice(2);

for (const { name, template, who, list, height } of samples) {
  if (only.length > 0 && !only.includes(name)) continue;
  const out = join(folder, name);
  mkdirSync(out);
  execFileSync(process.execPath, [
    'bin/mailtrack.js',
    ...['send', `templates/${template}`, who, `templates/${list}`, '--dry-run', '--out', out],
    ...['--from', 'Anthony Archer <anthony@example.com>', '--tracking-url', 'https://t.example.com'],
    ...['--db', join(folder, 'samples.db'), '--quiet'],
  ]);
  const copy = await PostalMime.parse(readFileSync(join(out, firstOf(out))));
  const html = join(folder, `${name}.html`);
  writeFileSync(html, withImages(copy));
  for (const picture of takeScreenshots(html, folder, name, height)) process.stdout.write(`${picture}\n`);
}

function firstOf(out) {
  return readdirSync(out)
    .filter(file => file.endsWith('.eml'))
    .sort()[0];
}

/** Without the pixel, and with attached images where the browser finds them. */
function withImages({ html, attachments }) {
  const pixel = /<img src="https:\/\/t\.example\.com\/email_opened[^>]*>/g;
  return attachments.reduce(
    (page, { contentId, mimeType, content }) =>
      contentId === null || contentId === undefined
        ? page
        : page.replaceAll(
            `cid:${contentId.slice(1, -1)}`,
            `data:${mimeType};base64,${Buffer.from(content).toString('base64')}`,
          ),
    html.replaceAll(pixel, ''),
  );
}
