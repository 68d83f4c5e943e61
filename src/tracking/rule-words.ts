/**
 * What each rule concludes from, in a sentence for the person who asks why. By the id of the rule; `classify.ts` and
 * `fetches-together.ts` give no others; `own-browser`, `own-copy`, `own-network` and `reply` are those of a report.
 */
const sentences: Readonly<Record<string, string>> = {
  'not-a-get': 'Only a program asks for an image without fetching it.',
  'mail-security-scanner': 'A gateway that scans mail for its users names itself.',
  'gmail-image-proxy-early':
    'Gmail’s image proxy, within seconds after delivery: Gmail may have fetched it before anybody looked.',
  'gmail-image-proxy': 'Gmail’s image proxy fetches when somebody opens the message in Gmail.',
  'gmail-prefetch-agent': 'Gmail or Outlook.com fetched it, with or without somebody looking.',
  'apple-mail-privacy':
    'Apple Mail with privacy protection loads every image by itself: whether anybody looked cannot be known.',
  'yahoo-image-proxy': 'Yahoo’s image proxy fetches when somebody opens the message.',
  'other-image-proxy': 'The image proxy of a mail provider fetches when somebody opens the message.',
  'doubtful-image-proxy': 'The image proxy of a mail provider that may also fetch by itself.',
  'command-line-tool': 'A tool or library for programs fetched it, not a mail program.',
  'link-preview': 'A chat made a preview: somebody pasted the link or forwarded the message.',
  crawler: 'A crawler names itself.',
  'mail-client': 'A mail program that loads images when its reader asks for them.',
  'webkit-mail-client': 'The web view of a mail program, such as Apple Mail without privacy protection.',
  'text-program': 'A program in a terminal, which fetches an image only when somebody names it.',
  'named-bot': 'A program that names itself a bot.',
  'linux-web-view':
    'The web view of a mail program on Linux, which loads images when its reader asks for them.',
  'named-like-mail': 'A program whose name says that it reads mail.',
  'lone-name': 'A program that names nothing but itself, as bots do.',
  'at-delivery':
    'It came within two seconds after delivery: nobody reads that fast, and gateways look before they deliver.',
  'browser-early': 'A browser, within ten seconds after delivery: a quick reader of web mail, or a gateway.',
  browser: 'A browser: somebody read the message in web mail.',
  'no-user-agent': 'The program did not say what it is.',
  unrecognized: 'No rule knows this program.',
  'many-copies-at-once':
    'The same program, network or domain fetched the copies of many people within seconds: a gateway unpacked a delivery.',
  'own-browser': 'The browser was marked as the sender’s with the link of mailtrack self.',
  'own-copy': 'This copy was sent to the sender: nobody else opened it.',
  'own-network': 'It came from a network of the sender (tracking.own_networks).',
  reply: 'A person answered, and so has read it.',
  'whole-domain-at-delivery':
    'One program fetched most copies of this domain right after they were delivered: a gateway.',
};

/** @returns '' for a rule of an earlier version that is no more. */
export function ruleSentence(rule: string): string {
  return sentences[rule] ?? '';
}
