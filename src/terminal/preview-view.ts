import { printFileSize } from '../message/file-size.js';
import { visible } from './clean.js';
import { printJson } from './json.js';
import { layOut } from './lay-out.js';
import type { Style } from './style.js';
import { wrap } from './wrap.js';

/** One copy, as its workflow tells it. */
export interface ShownCopy {
  readonly row: number;
  readonly emailAddress: string;
  readonly header: readonly (readonly [name: string, value: string])[];
  readonly subject: string;
  readonly text: string;
  readonly html: string | undefined;
  readonly attachments: readonly { readonly filename: string; readonly bytes: number }[];
}

const labelWidth = 9;

/** Header fields as the recipient sees them, then the text part. */
export function previewLines(
  copy: ShownCopy,
  recipients: number,
  { style, width, textWidth = width }: { style: Style; width: number; textWidth?: number },
): readonly string[] {
  const fields = [
    ...copy.header,
    ...(copy.attachments.length > 0 ? [['Files', listFiles(copy)] as const] : []),
  ];
  return [
    ...wrap(`Copy ${copy.row} of ${recipients}, for ${visible(copy.emailAddress)}`, width).map(line =>
      style.dim(line),
    ),
    ...fields.flatMap(([name, value]) => fieldLines(name, value, { style, width })),
    '',
    ...copy.text
      .trimEnd()
      .split(/\r\n|\n/)
      .map(visible)
      .flatMap(line => layOut(line, textWidth).split('\n')),
  ];
}

function listFiles({ attachments }: ShownCopy): string {
  return attachments.map(({ filename, bytes }) => `${filename} (${printFileSize(bytes)})`).join(', ');
}

function fieldLines(
  name: string,
  value: string,
  { style, width }: { style: Style; width: number },
): readonly string[] {
  const indent = ' '.repeat(labelWidth + 1);
  const [first = '', ...rest] = wrap(visible(value), Math.max(20, width - indent.length));
  return [`${style.dim(name.padEnd(labelWidth))} ${first}`, ...rest.map(line => indent + line)];
}

/** @param files what was written, if anything was. */
export function previewJson(
  copies: readonly ShownCopy[],
  recipients: number,
  files: readonly string[],
): string {
  return printJson({
    schema: 'mailtrack.preview/1',
    recipients,
    copies: copies.map(({ row, emailAddress, header, subject, text, html, attachments }) => ({
      row,
      email_address: emailAddress,
      header: header.map(([name, value]) => ({ name, value })),
      subject,
      text,
      html: html ?? null,
      attachments: attachments.map(({ filename }) => filename),
      attachment_bytes: attachments.map(({ bytes }) => bytes),
    })),
    files,
  });
}
