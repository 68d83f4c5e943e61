import { type Parsed, parsed, refused } from '../problem.js';
import { readsAsEncodedWord } from './encoded-word.js';
import { codePointName, headerValueFault } from './header-field.js';

/**
 * What a file is called in a message: the last part of its path, since the sender's folders are nobody's business. Refused,
 * never repaired, when the reader's program might show or save another name than the file has. RFC 2183 §2.3
 * @returns why not, to be read behind "its name".
 */
export function attachmentName(path: string): Parsed<string> {
  const name = path.replace(/^.*[/\\]/s, '');
  const fault = headerValueFault(name);
  if (fault !== undefined) return refused(`has a ${fault}`);
  const mark = /[\u061c\u200e\u200f]/.exec(name)?.[0];
  if (mark !== undefined) return refused(`has a bidirectional mark ${codePointName(mark)}`);
  // As a parameter it would be none, and many decode it all the same. RFC 2047 §5
  if (readsAsEncodedWord(name)) return refused('reads as an encoded word');
  return /[^.\s]/.test(name) ? parsed(name) : refused('has nothing but dots and blanks');
}
