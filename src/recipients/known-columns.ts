/**
 * Names that columns have in lists and in the contact exports of known programs, by `columnKey`. A list of its own names
 * (`email`) goes before those of programs: beside it, `Primary Email` is a merge field.
 */

/** No known name has as many letters, and whole questions of a form take long to look through. */
const mostLetters = 40;

/** Names of the address column in lists that people write. */
const plainEmail: ReadonlySet<string> = new Set(['email', 'emailaddress', 'mail']);

/**
 * As programs name it: Google Contacts, Thunderbird, WooCommerce orders, address books with several; then Outlook, Google Forms and
 * others in the languages of their users. Accents do not count.
 */
const exportedEmail: ReadonlySet<string> = new Set(
  [
    ['email1value', 'primaryemail', 'email(billing)', 'email1', 'email1address', 'primaryemailaddress'],
    ['workemail', 'businessemail', 'homeemail', 'personalemail', 'contactemail', 'emailaddress1'],
    ['emailadresse', 'mailadresse', 'emailadres', 'emailadress', 'epost', 'epostadress', 'epostadresse'],
    // Thunderbird in German, French, Spanish.
    ['primäreemailadresse', 'premièreadresseélectronique', 'correoprimario', 'correoelectrónicoprimario'],
    ['adresseemail', 'adressemail', 'adressedemessagerie', 'adresseélectronique', 'courriel'],
    ['correo', 'correoelectrónico', 'direccióndecorreo', 'direccióndecorreoelectrónico', 'direcciónemail'],
    ['indirizzoemail', 'indirizzopostaelettronica', 'indirizzodipostaelettronica', 'postaelettronica'],
    [
      'endereçodeemail',
      'endereçoemail',
      'correioeletrónico',
      'correioeletrônico',
      'endereçodecorreioeletrónico',
    ],
    ['sähköposti', 'sähköpostiosoite', 'adresemail', 'adrespocztyelektronicznej', 'emailováadresa'],
    [
      'emailcím',
      'adresădeemail',
      'adresăemail',
      'eposta',
      'epostaadresi',
      'διεύθυνσηηλεκτρονικούταχυδρομείου',
    ],
    ['электроннаяпочта', 'адресэлектроннойпочты', 'електроннапошта', 'адресаелектронноїпошти'],
    [
      'メールアドレス',
      '電子メールアドレス',
      'eメールアドレス',
      '电子邮件',
      '电子邮件地址',
      '电子邮箱',
      '邮箱',
      '郵箱',
    ],
    ['電子郵件', '電子郵件地址', '이메일', '이메일주소', '전자메일주소'],
  ]
    .flat()
    .map(withoutAccents),
);

/** Columns that hold a whole name: of lists, then of Thunderbird, Outlook and Slack. The first that has a value counts. */
const wholeNames: readonly string[] = [
  'name',
  'displayname',
  'fullname',
  'anzeigename',
  'nomcomplet',
  'nombrecompleto',
  'nomecompleto',
].map(withoutAccents);

/** Parts of one person's name, as one program calls them, in their order. The first that are all there count. */
const nameParts: readonly (readonly string[])[] = [
  ['firstname', 'lastname'],
  ['givenname', 'familyname'],
  ['givenname', 'surname'],
  ['firstname', 'surname'],
  ['vorname', 'nachname'],
  ['prénom', 'nom'],
  ['nombre', 'apellidos'],
  ['nombre', 'apellido'],
  ['nome', 'cognome'],
  ['nome', 'sobrenome'],
  ['nome', 'apelido'],
  ['voornaam', 'achternaam'],
  ['förnamn', 'efternamn'],
  ['fornavn', 'efternavn'],
  ['fornavn', 'etternavn'],
  ['imię', 'nazwisko'],
  ['jméno', 'příjmení'],
  ['имя', 'фамилия'],
  ['fname', 'lname'],
  ['firstname(billing)', 'lastname(billing)'],
  // Yahoo's address book.
  ['first', 'middle', 'last'],
  ['first', 'last'],
].map(parts => parts.map(withoutAccents));

/** Lists are typed with accents and without: `Correo electrónico`, `Correo electronico`. */
function withoutAccents(key: string): string {
  if (key.length > mostLetters || /^[\x00-\x7f]*$/.test(key)) return key;
  return key.normalize('NFD').replaceAll(/\p{M}+/gu, '');
}

/** @returns the columns that could each hold the addresses, of the names that go first. */
export function findEmailColumns(keys: readonly string[]): readonly number[] {
  for (const isKnown of [isPlainEmail, isExportedEmail]) {
    const found = keys.flatMap((key, index) => (isKnown(key) ? [index] : []));
    if (found.length > 0) return found;
  }
  return [];
}

export function isEmailColumn(key: string): boolean {
  return isPlainEmail(key) || isExportedEmail(key);
}

const isPlainEmail = (key: string): boolean => plainEmail.has(key);
const isExportedEmail = (key: string): boolean => exportedEmail.has(withoutAccents(key));

/** @returns the columns with whole names, best first, and those whose cells make a name together; [] when no column does. */
export function findNameColumns(keys: readonly string[]): {
  readonly whole: readonly number[];
  readonly parts: readonly number[];
} {
  const plain = keys.map(withoutAccents);
  const parts = nameParts.find(names => names.every(name => isOnce(plain, name)));
  return {
    whole: wholeNames.filter(name => plain.includes(name)).map(name => plain.indexOf(name)),
    parts: parts === undefined ? [] : parts.map(name => plain.indexOf(name)),
  };
}

/** Which of two such columns is meant would be a guess. */
function isOnce(keys: readonly string[], name: string): boolean {
  return keys.indexOf(name) !== -1 && keys.indexOf(name) === keys.lastIndexOf(name);
}
