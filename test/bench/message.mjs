/**
 * The message everybody sends: multipart/alternative, 0.9 KB of text and about 9 KB of HTML in the manner of MJML, 11 KB
 * on the wire; a name in both parts and a pixel of their own for each recipient.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What smtp-source sends, which builds no message: as many octets as the others'. */
export const wireBytes = 11_000;
export const from = 'bench@example.com';
export const subject = 'News of the month';
// Nobody listens there: no pixel is fetched during a benchmark.
export const trackingUrl = 'http://127.0.0.1:9';

const sentence =
  'Thank you for reading this far: the new opening hours start on Monday, and the reading room stays as it was. ';

export const text = `Hello {{ name }},\n\n${`${sentence}\n`.repeat(8).trimEnd()}\n`;

const row = (number, words) => `
      <tr>
        <td align="left" style="font-size:0px;padding:10px 25px;word-break:break-word;">
          <div style="font-family:Ubuntu, Helvetica, Arial, sans-serif;font-size:13px;line-height:1;text-align:left;color:#000000;">
            <a href="https://example.com/news/${number}">Item ${number}.</a> ${words}
          </div>
        </td>
      </tr>`;

export const html = `<!doctype html>
<html lang="en">
  <head>
    <title>News of the month</title>
    <meta http-equiv="Content-Type" content="text/html; charset=UTF-8">
    <style type="text/css">body { margin:0; padding:0; } table, td { border-collapse:collapse; }</style>
  </head>
  <body style="word-spacing:normal;">
    <p>Hello {{ name }},</p>
    <table border="0" cellpadding="0" cellspacing="0" role="presentation" style="vertical-align:top;" width="100%">${Array.from({ length: 19 }, (_, index) => row(index + 1, sentence.trim())).join('')}
    </table>
  </body>
</html>
`;

/** The files mailtrack reads: `msg.html`, and `msg.txt` beside it for the text part. */
export function writeTemplate(folder) {
  writeFileSync(join(folder, 'msg.html'), html);
  writeFileSync(join(folder, 'msg.txt'), text);
}

/** @returns the file's name in the folder; the same list for the same count. */
export function writeList(folder, recipients) {
  const name = `people-${recipients}.csv`;
  if (existsSync(join(folder, name))) return name;
  const lines = Array.from({ length: recipients }, (_, index) => {
    const person = recipient(index);
    return `${person.address},${person.name}\n`;
  });
  writeFileSync(join(folder, name), `email,name\n${lines.join('')}`);
  return name;
}

export function recipient(index) {
  return { address: `person${index}@example.com`, name: `Person Number ${index}` };
}
