/** Pictures of HTML as Chromium shows it, at 320 and 640 px side by side, by a reader's preference for light or dark. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const widths = [320, 640];
/** As Blink numbers them. */
const schemes = { light: 1, dark: 0 };

/** @returns the files, one for each scheme. */
export function takeScreenshots(htmlFile, folder, name, height) {
  return Object.entries(schemes).map(([scheme, number]) => {
    const page = join(folder, `${name}-${scheme}.frames.html`);
    const picture = join(folder, `${name}-${scheme}.png`);
    writeFileSync(page, framesOf(pathToFileURL(htmlFile).href, height));
    execFileSync(
      process.env.CHROMIUM ?? 'chromium',
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--hide-scrollbars',
        '--allow-file-access-from-files',
        `--blink-settings=preferredColorScheme=${number}`,
        `--window-size=${widths.reduce((sum, width) => sum + width + 20, 20)},${height + 40}`,
        `--screenshot=${picture}`,
        pathToFileURL(page).href,
      ],
      { stdio: 'ignore', timeout: 60_000 },
    );
    return picture;
  });
}

function framesOf(url, height) {
  const frames = widths.map(
    width =>
      `<iframe src="${url}" width="${width}" height="${height}" style="border:0;margin-right:20px"></iframe>`,
  );
  return `<!doctype html><meta name="color-scheme" content="light dark"><body style="margin:20px;background:#808080;white-space:nowrap">${frames.join('')}`;
}
