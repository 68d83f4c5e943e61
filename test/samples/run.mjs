/**
 * `npm run samples`: plans each sample of templates/ with the built command, takes the first copy as it would be sent, and has
 * Chromium show it at 320 and 640 px, light and dark. To be looked at; `test/e2e/samples.test.ts` checks what can be checked.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { makeCopies } from './copies.mjs';
import { samples } from './samples.mjs';
import { takeScreenshots } from './screenshots.mjs';

const folder = mkdtempSync(join(tmpdir(), 'mailtrack-samples-'));
const only = process.argv.slice(2);

for (const sample of samples) {
  const { name, height } = sample;
  if (only.length > 0 && !only.includes(name)) continue;
  const [first] = makeCopies(sample, folder);
  const copy = await PostalMime.parse(readFileSync(first));
  const html = join(folder, `${name}.html`);
  writeFileSync(html, withImages(copy));
  for (const picture of takeScreenshots(html, folder, name, height)) process.stdout.write(`${picture}\n`);
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
