/** Delivered mail, looked at by a parser that is not ours. */
import PostalMime, { type Email } from 'postal-mime';
import { inspectHeader } from '../../src/message/inspect-header.js';

export async function readMail(stored: Buffer): Promise<Email & { raw: string; pixel: string | undefined }> {
  const mail = await PostalMime.parse(stored);
  const pixel = /<img src="([^"]+\/tracking\.png)" width="1" height="1"/.exec(mail.html ?? '')?.[1];
  return { ...mail, raw: stored.toString('latin1'), pixel };
}

/** Values of one field as it stands in the message, folds and encoded-words included. */
export function rawField(stored: Buffer, name: string): readonly string[] {
  const crlf = Buffer.from(stored.toString('latin1').replaceAll(/\r?\n/g, '\r\n'), 'latin1');
  return inspectHeader(crlf)
    .filter(field => field.name.toLowerCase() === name.toLowerCase())
    .map(field => field.value);
}
