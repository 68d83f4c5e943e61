/**
 * A value as one line of JSON. JSON itself only escapes C0: the rest of what a terminal obeys or a reader is misled by is
 * escaped here, which is the same data to every parser.
 */
export function printJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
