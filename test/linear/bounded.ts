/**
 * Expressions that take more than time in proportion to a text without end, with what bounds theirs. Before adding one, think of a scan
 * (`src/text-scan.ts`): a bound is somewhere else than the expression, and can be forgotten.
 */
export interface BoundedExpression {
  readonly file: string;
  readonly expression: string;
  /** Of what it sees: characters, or why there is no such text. */
  readonly bound: string;
}

/** Sticky: tried where the last one ended, and never at each place of a text, which is what the checker tries. */
const sticky = 'sticky, and each place is passed once';
/** Not proven by the checker but found by trying, at times: its text takes V8 twice as long for twice the length. */
const guessed = 'found by trying, and in proportion in V8';

export const bounded: readonly BoundedExpression[] = [
  {
    file: 'src/check/html-shape.ts',
    expression: String.raw`/(?:url\(|@import)\s*(?:["']|&quot;|&#39;)?[^"')&;\s]*$/i`,
    bound: '300 characters',
  },
  {
    file: 'src/cli/listen-address.ts',
    expression: String.raw`/^(?:\[(?<six>[0-9a-f:.%\w]+)\]|(?<host>(?!-|[\d.]+(?::|$))[^:[\]/\s]+|\d+(?:\.\d+){3})?)(?::?(?<port>\d+))?$/i`,
    bound: '260 characters',
  },
  {
    file: 'src/merge/html/references.ts',
    expression: String.raw`/url\(\s*(?:(?:"([^"]*)"|'([^']*)'|&quot;((?:(?!&quot;).)*)&quot;|([^()"'\s]+))\s*)?\)/gi`,
    bound: guessed,
  },
  {
    file: 'src/merge/html/start-tags.ts',
    expression: String.raw`/<!--\[if[^\]>]*\]>\s*(?:<!--+(?:\s+-*)?>|-->)/y`,
    bound: sticky,
  },
  { file: 'src/merge/html/start-tags.ts', expression: String.raw`/<!--\[if[^\]>]*\]>/y`, bound: sticky },
  {
    file: 'src/recipients/json-records.ts',
    expression: String.raw`/("[^"\\]*(?:\\.[^"\\]*)*")\s*:\s*("[^"\\]*(?:\\.[^"\\]*)*"|[^\s,}]+)/g`,
    bound: 'an object that JSON.parse has taken: pair follows pair',
  },
  {
    file: 'src/recipients/where.ts',
    expression: String.raw`/\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=!~]\S*))/y`,
    bound: sticky,
  },
  {
    file: 'src/recipients/where.ts',
    expression: String.raw`/\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=!~]+))/y`,
    bound: sticky,
  },
  {
    file: 'src/recipients/where.ts',
    expression: String.raw`/\s*(!=|=|~|is\s+not\s+empty(?!\S)|is\s+empty(?!\S))/iy`,
    bound: sticky,
  },
  { file: 'src/recipients/where.ts', expression: String.raw`/\s+and(?!\S)/iy`, bound: sticky },
  { file: 'src/recipients/where.ts', expression: String.raw`/\s*$/y`, bound: sticky },
  {
    file: 'src/recipients/xlsx-cells.ts',
    expression: String.raw`/\s*<(?:[\w.-]+:)?([fv])(?=[\s/>])[^<>]*>/y`,
    bound: sticky,
  },
  {
    file: 'src/recipients/xlsx-xml.ts',
    expression: String.raw`/\s*([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/y`,
    bound: sticky,
  },
  {
    file: 'src/smtp/judge.ts',
    expression: String.raw`/\brelay(?:ing)?\b|authenticat|\bauth (?:first|required)|\b(?:SPF|DKIM|DMARC)\b|\bsender (?:address|verify|denied|rejected)|\bclient host\b|\bblocked using\b|\bdaily .*\b(?:limit|quota)|\b(?:sending|message) (?:limit|quota)/i`,
    bound: '2,000 characters of a reply (judgedText)',
  },
  {
    file: 'src/terminal/discreet.ts',
    expression: String.raw`/(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{1,4})?(?![\w:])|\b\d{1,3}(?:\.\d{1,3}){3}\b/gi`,
    bound: 'each repetition is counted: 50 characters at each place',
  },
  {
    file: 'src/merge/foreign-fields.ts',
    expression: String.raw`/\{\{[^{}\n\ufdd0]{0,60}(?:\}\})?|\*\|[A-Za-z][\w:.-]{0,60}\|\*|%%[A-Za-z][\w .:-]{0,60}%%|%(?![0-9A-F]{2}[A-Z0-9_]*%[0-9A-F]{2})[A-Z][A-Z0-9_]{2,}%|\{%-?[^%{}\n\ufdd0]{1,60}%\}|%recipient\.[\w.-]{1,60}%|_\|[A-Z][\w:.-]{0,60}\|_|::[a-z]+\.[\w.]{1,60}::|\{![$A-Za-z][\w.]{0,60}\}|\$\{[A-Za-z_][\w.]{0,60}\}|\[%-? {0,3}[A-Za-z][\w. ]{0,60}-?%\]|\[\[[A-Za-z][\w:.-]{0,60}\]\]|\[(?:[A-Z_]{0,40}(?:NAME|EMAIL|COMPANY)|FIRST|LAST)\]/g`,
    bound: guessed,
  },
  {
    file: 'src/merge/leftovers.ts',
    expression: String.raw`/(?:<|&lt;)<([A-Za-z][\w .-]{0,40})>(?:>|&gt;)/g`,
    bound: guessed,
  },
  { file: 'src/merge/text-lines.ts', expression: String.raw`/\s+|(?<=\dq)(?=zq)/`, bound: guessed },
  {
    file: 'src/recipients/xlsx-cells.ts',
    expression: String.raw`/<((?:[\w.-]+:)?)c\b([^<>]*)>\s*<\1f\b[^<>]*(?:\/>|>[^<]*<\/\1f>)\s*(?:(?:<\1v\s*\/>|<\1v>\s*<\/\1v>)\s*)?<\/\1c>/g`,
    bound: guessed,
  },
  {
    file: 'src/recipients/xlsx-cells.ts',
    expression: String.raw`/(\bt\s*=\s*)(["'])e\2/`,
    bound: guessed,
  },
];

/** Put together while the program runs, so that the checker cannot read them: one example each. */
export const made: readonly { readonly file: string; readonly source: string; readonly flags: string }[] = [
  { file: 'src/merge/liquid/liquid-protection.ts', source: String.raw`zqliquidabcd\d+q`, flags: 'g' },
  { file: 'src/recipients/list-excerpt.ts', source: String.raw`p1z|p20z|anna\.b@`, flags: 'gi' },
];
