/** One field: its name in lower case, and its value unfolded and not decoded. RFC 5322 §2.2 */
export type HeaderFieldText = readonly [name: string, value: string];

const maxFields = 2_000;

/** The fields of one header, or of one block of a report. */
export class HeaderFields {
  /** In their order, each with its name in lower case. */
  readonly all: readonly HeaderFieldText[];

  /** @param source fields, or a text with LF line ends of which every line that is neither a field nor folded is ignored. */
  constructor(source: string | readonly HeaderFieldText[]) {
    this.all = typeof source === 'string' ? readFields(source) : source;
  }

  /** The value of the first field of this name; '' without one. */
  first(name: string): string {
    return this.all.find(([key]) => key === name)?.[1] ?? '';
  }

  /** The values of every field of this name. */
  every(name: string): readonly string[] {
    return this.all.filter(([key]) => key === name).map(([, value]) => value);
  }
}

/** A field name is printable ASCII without a colon. RFC 5322 §2.2 */
export const fieldLine = /^([!-9;-~]{1,80})[ \t]{0,4}:(.*)$/;

function readFields(text: string): readonly HeaderFieldText[] {
  const fields: [string, string][] = [];
  for (const line of text.split('\n')) {
    const last = fields.at(-1);
    if (/^[ \t]/.test(line)) {
      if (last !== undefined) last[1] += ` ${line.trim()}`;
      continue;
    }
    const field = fieldLine.exec(line);
    if (field === null) continue;
    if (fields.length === maxFields) break;
    fields.push([(field[1] ?? '').toLowerCase(), (field[2] ?? '').trim()]);
  }
  return fields;
}
