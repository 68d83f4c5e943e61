/** Tags and filters that Jinja, Twig, Django and Handlebars have under other names. */
import { nearest } from '../../nearest.js';

const filters: Readonly<Record<string, string>> = {
  length: 'size',
  count: 'size',
  len: 'size',
  upper: 'upcase',
  uppercase: 'upcase',
  lower: 'downcase',
  lowercase: 'downcase',
  title: 'capitalize',
  capfirst: 'capitalize',
  e: 'escape',
  safe: 'raw',
  trim: 'strip',
  nl2br: 'newline_to_br',
  linebreaksbr: 'newline_to_br',
  urlencode: 'url_encode',
  striptags: 'strip_html',
  truncatechars: 'truncate',
  default_if_none: 'default',
  fallback: 'default',
  date_format: 'date',
  format_date: 'date',
  floatformat: 'number',
  number_format: 'number',
  intcomma: 'number',
  currency: 'money',
  add: 'plus',
  sub: 'minus',
};

const tags: Readonly<Record<string, string>> = {
  elif: 'elsif',
  elseif: 'elsif',
  set: 'assign',
  let: 'assign',
  foreach: 'for',
  each: 'for',
  switch: 'case',
  verbatim: 'raw',
};

/** Jinja's parts of other files and translations. */
const withoutCounterpart =
  /^(?:extends|macro|import|from|call|load|trans|blocktrans|autoescape|with|spaceless)$/;

/**
 * @param message of the engine: `undefined filter: upper`, `tag "elif" not found`.
 * @param known names that the engine has.
 * @returns what to write instead; undefined when nobody can say.
 */
export function dialectFix(
  message: string,
  known: { readonly filters: readonly string[]; readonly tags: readonly string[] },
): string | undefined {
  const filter = /^undefined filter: (\w{1,60})$/.exec(message)?.[1];
  if (filter !== undefined) return fixOf(filter, filters, known.filters);
  const tag = /^tag "(\w{1,60})" not found$/.exec(message)?.[1];
  if (tag === undefined) return undefined;
  if (withoutCounterpart.test(tag)) return 'Liquid has nothing like it: write what it stands for.';
  return fixOf(tag, tags, known.tags);
}

function fixOf(
  name: string,
  others: Readonly<Record<string, string>>,
  known: readonly string[],
): string | undefined {
  const other = Object.hasOwn(others, name.toLowerCase()) ? others[name.toLowerCase()] : undefined;
  if (other !== undefined) return `Write ${other} in its place.`;
  const alike = nearest(name, known);
  return alike === undefined ? undefined : `Did you mean ${alike}?`;
}
