/** Lower-case base32 without padding (RFC 4648 §6, in lower case): survives gateways that change the case of URLs. */
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** By character code; 255 for what is no letter of the alphabet. */
const values = new Uint8Array(128).fill(255);
for (const [value, letter] of [...alphabet].entries()) values[letter.charCodeAt(0)] = value;

export function printBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + alphabet[(held << (5 - bits)) & 31];
}

/** @returns undefined for another character, or for left-over bits that are not zero (no second spelling). */
export function readBase32(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let index = 0; index < text.length; index += 1) {
    const value = values[text.charCodeAt(index)] ?? 255;
    if (value === 255) return undefined;
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = held >> bits;
      held &= (1 << bits) - 1;
    }
  }
  return bits < 5 && held === 0 ? bytes : undefined;
}
