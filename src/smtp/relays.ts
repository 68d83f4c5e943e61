/** Relays that are known to write fields of their own over ours, by the name of their submission servers. */
const relays: readonly (readonly [host: RegExp, fields: readonly string[]])[] = [
  // Amazon SES
  [/^email-smtp(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/, ['Message-ID', 'Date']],
  // Brevo, once Sendinblue
  [/^smtp-relay\.(?:brevo|sendinblue)\.com$/, ['Message-ID']],
  // Outlook.com; Microsoft 365 for some accounts
  [/^(?:smtp\.office365|smtp-mail\.outlook)\.com$/, ['Message-ID']],
  // Postmark, unless asked not to
  [/^smtp(?:-broadcasts)?\.postmarkapp\.com$/, ['Message-ID']],
];

/** Whether copies that left with one Message-ID arrive with one each. */
export function replacesMessageId(host: string): boolean {
  return fieldsReplacedBy(host).includes('Message-ID');
}

/** What a signature must not cover, since it would be broken on arrival. */
export function fieldsReplacedBy(host: string): readonly string[] {
  return relays.find(([pattern]) => pattern.test(host.toLowerCase()))?.[1] ?? [];
}
