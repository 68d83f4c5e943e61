/**
 * Names that columns have in lists and in the contact exports of known programs, by `columnKey`. A list of its own names
 * (`email`) goes before those of programs: beside it, `Primary Email` is a merge field.
 */

/** Names of the address column in lists that people write. */
const plainEmail: ReadonlySet<string> = new Set(['email', 'emailaddress', 'mail']);

/** Google Contacts, Outlook in German, Thunderbird, WooCommerce orders. */
const exportedEmail: ReadonlySet<string> = new Set([
  'email1value',
  'emailadresse',
  'primaryemail',
  'email(billing)',
]);

/** Columns that hold a whole name: of lists, then of Thunderbird and Outlook. The first that is there counts. */
const wholeNames: readonly string[] = ['name', 'displayname', 'fullname', 'anzeigename'];

/** First and last name of one person, as one program calls them. The first pair that is there counts. */
const nameParts: readonly (readonly [first: string, last: string])[] = [
  ['firstname', 'lastname'],
  ['givenname', 'familyname'],
  ['givenname', 'surname'],
  ['firstname', 'surname'],
  ['vorname', 'nachname'],
  ['prénom', 'nom'],
  ['prenom', 'nom'],
  ['fname', 'lname'],
  ['firstname(billing)', 'lastname(billing)'],
];

/** @returns the columns that could each hold the addresses, of the names that go first. */
export function findEmailColumns(keys: readonly string[]): readonly number[] {
  for (const known of [plainEmail, exportedEmail]) {
    const found = keys.flatMap((key, index) => (known.has(key) ? [index] : []));
    if (found.length > 0) return found;
  }
  return [];
}

export function isEmailColumn(key: string): boolean {
  return plainEmail.has(key) || exportedEmail.has(key);
}

/** @returns the column with the whole name, or those whose cells make a name together; [] when no column does. */
export function findNameColumns(keys: readonly string[]): {
  readonly whole: number | undefined;
  readonly parts: readonly number[];
} {
  const whole = wholeNames.find(name => keys.includes(name));
  const parts = nameParts.find(pair => pair.every(name => isOnce(keys, name)));
  return {
    whole: whole === undefined ? undefined : keys.indexOf(whole),
    parts: parts === undefined ? [] : parts.map(name => keys.indexOf(name)),
  };
}

/** Which of two such columns is meant would be a guess. */
function isOnce(keys: readonly string[], name: string): boolean {
  return keys.indexOf(name) !== -1 && keys.indexOf(name) === keys.lastIndexOf(name);
}
