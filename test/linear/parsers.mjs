/**
 * Every parser of ours that reads what comes from outside, as a function of one text. What it throws does not matter here. Libraries
 * are not among them: what they may take is bounded by a process of its own (docs/security.md).
 *
 * An entry may say more: `most` characters, where longer texts never get there; `inTexts`, where the text stands in others.
 */
import { zipSync } from 'fflate';
import * as copyRules from '../../dist/check/copy-rules.js';
import * as elements from '../../dist/check/html-elements.js';
import * as maskSecrets from '../../dist/cli/config/mask-secrets.js';
import * as tomlLines from '../../dist/cli/config/toml-lines.js';
import * as listenAddress from '../../dist/cli/listen-address.js';
import * as smtpUrl from '../../dist/cli/smtp-url.js';
import * as clientNetwork from '../../dist/http/client-network.js';
import * as hostCheck from '../../dist/http/host-check.js';
import * as bareLiquid from '../../dist/merge/bare-liquid.js';
import * as bodyTitle from '../../dist/merge/body-title.js';
import * as cssRules from '../../dist/merge/css/css-rules.js';
import * as linkedSheets from '../../dist/merge/css/linked-sheets.js';
import * as selectorLists from '../../dist/merge/css/selector-lists.js';
import * as styleSheet from '../../dist/merge/css/style-sheet.js';
import * as fieldUrls from '../../dist/merge/field-urls.js';
import * as foreignFields from '../../dist/merge/foreign-fields.js';
import * as frontMatter from '../../dist/merge/front-matter.js';
import * as entities from '../../dist/merge/html/entities.js';
import * as htmlPieces from '../../dist/merge/html/html-pieces.js';
import * as references from '../../dist/merge/html/references.js';
import * as startTags from '../../dist/merge/html/start-tags.js';
import * as unknownElements from '../../dist/merge/html/unknown-elements.js';
import * as leftovers from '../../dist/merge/leftovers.js';
import * as doubtfulExpressions from '../../dist/merge/liquid/doubtful-expressions.js';
import * as protection from '../../dist/merge/liquid/liquid-protection.js';
import * as writtenValues from '../../dist/merge/liquid/written-values.js';
import * as controlTags from '../../dist/merge/markdown/control-tags.js';
import * as tableLines from '../../dist/merge/markdown/table-lines.js';
import * as mjmlInclude from '../../dist/merge/mjml/mjml-include.js';
import * as mjmlTree from '../../dist/merge/mjml/mjml-tree.js';
import * as pixelPlacement from '../../dist/merge/pixel-placement.js';
import * as scope from '../../dist/merge/scope.js';
import * as templatePath from '../../dist/merge/template-path.js';
import * as attachmentType from '../../dist/message/attachment-type.js';
import * as relaxed from '../../dist/message/dkim/relaxed.js';
import * as domain from '../../dist/message/domain.js';
import * as encodedWord from '../../dist/message/encoded-word.js';
import * as headerField from '../../dist/message/header-field.js';
import * as mailbox from '../../dist/message/mailbox.js';
import * as quotedPrintable from '../../dist/message/quoted-printable.js';
import * as nearest from '../../dist/nearest.js';
import * as cellAddresses from '../../dist/recipients/cell-addresses.js';
import * as doubtfulDomains from '../../dist/recipients/doubtful-domains.js';
import * as jsonRecords from '../../dist/recipients/json-records.js';
import * as listColumns from '../../dist/recipients/list-columns.js';
import * as listEncoding from '../../dist/recipients/list-encoding.js';
import * as listRow from '../../dist/recipients/list-row.js';
import * as sameMailbox from '../../dist/recipients/same-mailbox.js';
import * as where from '../../dist/recipients/where.js';
import * as xlsx from '../../dist/recipients/xlsx-archive.js';
import * as xlsxCells from '../../dist/recipients/xlsx-cells.js';
import * as xlsxFormats from '../../dist/recipients/xlsx-formats.js';
import * as xlsxPackage from '../../dist/recipients/xlsx-package.js';
import * as capabilities from '../../dist/smtp/capabilities.js';
import * as ehloName from '../../dist/smtp/ehlo-name.js';
import * as judge from '../../dist/smtp/judge.js';
import * as reply from '../../dist/smtp/reply.js';
import * as replySigns from '../../dist/smtp/reply-signs.js';
import * as serverTraits from '../../dist/smtp/server-traits.js';
import * as throttle from '../../dist/smtp/throttle.js';
import * as hideSecrets from '../../dist/smtp-client/hide-secrets.js';
import * as clean from '../../dist/terminal/clean.js';
import * as discreet from '../../dist/terminal/discreet.js';
import * as table from '../../dist/terminal/table.js';
import * as wrap from '../../dist/terminal/wrap.js';
import * as accessLog from '../../dist/tracking/access-log.js';
import * as classify from '../../dist/tracking/classify.js';
import * as exchange from '../../dist/tracking/exchange.js';
import * as key from '../../dist/tracking/key.js';
import * as network from '../../dist/tracking/network.js';
import * as ownNetworks from '../../dist/tracking/own-networks.js';
import * as pixel from '../../dist/tracking/pixel.js';
import * as selfLink from '../../dist/tracking/self-link.js';
import * as stopTracking from '../../dist/tracking/stop-tracking.js';
import * as token from '../../dist/tracking/token.js';
import * as trackingUrl from '../../dist/tracking/tracking-url.js';
import * as unsubscribe from '../../dist/tracking/unsubscribe.js';
import * as userAgent from '../../dist/tracking/user-agent.js';

const placeOf = () => ({ file: 'a' });
const joined = { placeOf, placeAt: placeOf, text: '' };
/** A reply's text is judged so far, and a request's head is read so far by Node. */
const judged = 65_536;
const requestHead = 16_384;
/** A line of an access log, which holds the target of a request: longer than Node takes. */
const logLine = 65_536;
/** `mailtrack.toml`; what stands on a command line is shorter. */
const longestConfig = 250_000;
const ring = key.createKeyRing([key.createKey(1, Buffer.alloc(32, 1))]);
const refused = text => ({ code: 550, enhancedStatusCode: '', lines: [text], text });

const replyAttacks = [
  ['', '250 a\r\n', ''],
  ['', '250\n', ''],
  ['', '250-a\r\n', ''],
  ['', '250-a\r\n250 2.1.0 b\r\n', ''],
];

/** More are refused: `src/recipients/list-columns.ts`. */
const mostColumns = 16_384;

/** 1 MB at most, however many octets a character has. */
function octetsOf(text) {
  return Buffer.from(text).subarray(0, 1_000_000);
}

/** What compiling refuses before anything else reads it. */
function ofTemplate(text) {
  protection.protectLiquid(text);
  return text;
}

export const parsers = {
  'subject of HTML': text => bodyTitle.firstTitle(bodyTitle.titlesInHtml('html', ofTemplate(text))),
  'subject of MJML': text => bodyTitle.firstTitle(bodyTitle.titlesInHtml('mjml', ofTemplate(text))),
  'title of HTML': text =>
    bodyTitle.firstTitle(bodyTitle.titlesInHtml('html', ofTemplate(`<title>${text}</title>`))),
  'tables of Markdown': {
    read: text =>
      tableLines.markdownText(new controlTags.ControlTags(protection.protectLiquid(text), placeOf)),
    inTexts: [text => text, text => `| a |\n|---|\n${text}`],
  },
  'visible text': elements.visibleLength,
  'words of a text part': elements.wordsLength,
  'check of a copy': text => copyRules.checkCopy({ subject: 'a', html: text, text }),
  'readable HTML': leftovers.readableHtml,
  leftovers: text => leftovers.findLeftovers(text),
  'words that are meant': text => leftovers.meantWords({ subject: 'a', html: ofTemplate(text), text: '' }),
  'leftovers of a template': text => leftovers.mayLeaveOver({ subject: 'a', html: ofTemplate(text), text }),
  'start tags': text => drain(startTags.startTags(text)),
  'pieces of HTML': text => drain(htmlPieces.htmlPieces(text)),
  references: text => references.replaceReferences(text, ({ value }) => value),
  entities: entities.decodeEntities,
  'entities of an attribute': entities.decodeAttribute,
  'elements that HTML does not know': text =>
    unknownElements.findUnknownElements('html', protection.protectLiquid(text), placeOf),
  'expressions of Liquid': {
    read: text => doubtfulExpressions.refuseDoubtfulExpressions(protection.protectLiquid(text), placeOf),
    inTexts: [
      text => text,
      text => `{% if ${text} %}`,
      text => `{{ ${text} }}`,
      text => `{% liquid ${text} %}`,
    ],
  },
  'fields of other programs': foreignFields.foreignForm,
  'place of the pixel': text => pixelPlacement.placePixelSlot(ofTemplate(text), '<img>'),
  'place of the pixel in a body': text =>
    pixelPlacement.placePixelSlot(ofTemplate(`<body><p hidden>${text}</body>`), '<img>'),
  'values without quotes': text => {
    const source = protection.protectLiquid(text);
    bareLiquid.refuseBareLiquid(source.text, startTags.startTags(source.text), source, joined);
  },
  // Without its end, so that none of it is YAML, which a library reads: docs/decisions/0019.
  'front matter': {
    read: text => frontMatter.splitFrontMatter('a.md', text),
    inTexts: [text => `---\n${text}`],
  },
  'links to style sheets': {
    read: text => linkedSheets.findLinkedSheets({ file: 'a.html', text, lineOffset: 0 }),
    inTexts: [
      text => `<link>${text}`,
      text => `<link rel="stylesheet" href="${text}">`,
      text => `<link rel="stylesheet" ${text}>`,
    ],
  },
  'path of a file': text => templatePath.resolveInside('a/', 'a/', text),
  'address of a link': fieldUrls.urlFault,
  'addresses in a template': text => checkUrls(text, ''),
  'addresses in a value': text => checkUrls('', text),
  'rules of CSS': text => drain(cssRules.readRules(text)),
  'declarations of CSS': text => cssRules.readDeclarations(text),
  'selectors of CSS': text => cssRules.splitSelectors(text),
  'selectors with lists': text => {
    selectorLists.withoutLists(text);
    selectorLists.atRest(text);
  },
  'style sheet': text => styleSheet.sortSheet(text, 0, { names: new Set(), order: false }, placeOf),
  'Liquid put aside': text => protection.protectLiquid(text).restore(text),
  'Liquid put aside, places of it': text => {
    const source = protection.protectLiquid(text);
    for (let at = 0; at < source.text.length; at += 10) protection.sourceOffset(source, at);
  },
  MJML: text => mjmlTree.readMjmlTree(protection.protectLiquid(text), placeOf),
  'includes of MJML': text => mjmlInclude.expandIncludes({ file: 'a', text, lineOffset: 0 }, new Map()),
  number: writtenValues.readNumber,
  date: writtenValues.readDate,
  'name of a column': scope.fieldIdentifier,
  mailbox: { read: mailbox.parseMailbox, most: 2_000 },
  // Of the command line, which takes less, and of mailtrack.toml.
  mailboxes: { read: mailbox.splitMailboxList, most: longestConfig },
  'addr-spec': { read: mailbox.parseAddrSpec, most: 2_000 },
  'domain of an address': { read: domain.parseDomain, most: 2_000 },
  'what was meant': text => nearest.nearest(text.slice(0, 64), [text, text.slice(0, 60)]),
  'one mailbox': sameMailbox.mailboxKey,
  'header field': text => headerField.parseHeaderField(`X-A: ${text}`),
  // Of octets, not characters.
  'quoted-printable': text => quotedPrintable.encodePiece(Buffer.from(text).toString('utf8', 0, 1_000_000)),
  'encoded words': encodedWord.encodeWords,
  'relaxed field': text => relaxed.relaxField('x', text),
  'type of a calendar': text => attachmentType.attachmentType('a.ics', Buffer.from(text), 'boundary'),
  'type of an attachment': text => attachmentType.attachmentType('a.eml', Buffer.from(text), 'boundary'),
  '--where': where.parseWhere,
  workbook: text => xlsx.openWorkbook(workbook(text)),
  'cells of a workbook': {
    read: text => {
      xlsxCells.namingErrors(text);
      xlsxCells.namingPlaces(text);
      xlsxCells.hiddenRowsOf(text);
      xlsxCells.namingTimes(text, new Map([[1, { kind: 'date' }]]), false);
    },
    inTexts: [text => text, text => `<c r="A1" s="1"${text}><v>1</v></c>`],
  },
  'formats of a workbook': {
    read: text => xlsxFormats.readTimeFormats(text),
    inTexts: [text => text, text => `<numFmt numFmtId="1" formatCode="${text}"/><cellXfs>${text}</cellXfs>`],
  },
  'parts of a workbook': {
    read: text => xlsxPackage.readSheets(new Map([['xl/workbook.xml', text]])),
    inTexts: [text => text, text => `<sheet name="${text}" id="1"/>`],
  },
  'several addresses in a cell': text => cellAddresses.readAddresses(text, 'each'),
  'domain that may be mistyped': { read: doubtfulDomains.meantProvider, most: 2_000 },
  'names of columns': {
    read: cells => listColumns.readColumns({ cells, line: 1, encoding: 'utf-8' }, 'a'),
    inTexts: [
      text => text.split(','),
      text => text.split(',', mostColumns),
      // As long as a name can be that is compared without its accents.
      text => (/[^\x00-\x7f]/.test(text) ? columnsOf(text, 40) : []),
    ],
  },
  'row of a list': { read: readRow, inTexts: [text => text.split(',', mostColumns)] },
  'cell of a list': text => readRow(['a@example.com', text]),
  'list of JSON lines': {
    read: text => drainAll(jsonRecords.readNdjson([Buffer.from(text)], 'a')),
    inTexts: [text => text, text => `{"email":${text}}`, text => `{"email":${JSON.stringify(text)}}`],
  },
  'list of JSON': {
    read: text => drainAll(jsonRecords.readJsonArray([Buffer.from(text)], 'a')),
    inTexts: [text => text, text => `[${text}]`, text => `[{"email":${JSON.stringify(text)}}]`],
  },
  ...Object.fromEntries(
    listEncoding.listEncodings.map(name => [
      `list in ${name}`,
      { read: octets => listEncoding.createTranscoder(name).write(octets), inTexts: [octetsOf] },
    ]),
  ),
  'reply, octet by octet': {
    read: text => new reply.ReplyParser().feed(Buffer.from(text)),
    inTexts: [text => text, text => `250-${text}\r\n250 `],
  },
  'replies in pieces': text => feedPieces(`250-${text}\r\n`),
  // As many as are read from a socket at once: replies that nobody asked for end the session.
  'many replies': {
    read: text => new reply.ReplyParser().feed(Buffer.from(text)),
    attacks: replyAttacks,
    most: judged,
  },
  'capabilities of a server': {
    read: text => capabilities.parseCapabilities({ ...refused(text), lines: ['a', text] }),
    most: judged,
  },
  'kind of a server': {
    read: text => [serverTraits.traitsOf(text, { lines: [text, text] }), serverTraits.greetingKey(text)],
    most: judged,
  },
  'refusal at MAIL': { read: text => judge.judgeReply('mail', refused(text)), most: judged },
  'refusal of a message': { read: text => judge.judgeReply('end-of-data', refused(text)), most: judged },
  'refusal of a name': { read: text => ehloName.refusesEhloName(550, text), most: judged },
  throttling: {
    read: text =>
      throttle.isThrottle({ stage: 'rcpt', replyCode: 450, enhancedStatusCode: '', replyText: text }),
    most: judged,
  },
  'signs of a reply': {
    read: text => new replySigns.ReplySigns().learn('mail', refused(text)),
    most: judged,
  },
  'reply without secrets': {
    read: text => hideSecrets.hideSecretsIn({ user: 'a', password: 'b' }, text),
    most: judged,
  },
  'lines of a terminal': text => wrap.wrap(text, 80),
  'address to listen on': listenAddress.parseListenAddress,
  'lines of mailtrack.toml': { read: tomlLines.readKeyLines, most: longestConfig },
  'URL of a server': { read: smtpUrl.parseSmtpUrl, most: longestConfig, inTexts: [text => `smtp://${text}`] },
  'masked URL': {
    read: maskSecrets.shownUrl,
    most: longestConfig,
    inTexts: [text => text, text => `smtp://${text}@a.example`],
  },
  'tracking URL': {
    read: text => trackingUrl.readTrackingUrl(`https://a.example/${text}`, undefined, true),
    most: longestConfig,
  },
  'network of an address': network.networkPrefix,
  'token of a request': {
    read: pixel.tokenOfPath,
    most: logLine,
    inTexts: [text => text, text => `/email_opened/${text}/tracking.png`],
  },
  'sealed token': text => token.parseToken(ring, text),
  'article token': {
    read: text => token.readArticleToken(text),
    inTexts: [text => text, text => Buffer.from(text).toString('base64url')],
  },
  'unsubscribe link of a request': {
    read: unsubscribe.unsubscribeTokenOf,
    most: logLine,
    inTexts: [text => text, text => `/unsubscribe/${text}`],
  },
  'stop-tracking link of a request': {
    read: stopTracking.stopTokenOf,
    most: logLine,
    inTexts: [text => text, text => `/stop-tracking/${text}`],
  },
  "link of the sender's browser": {
    read: selfLink.selfTokenOf,
    most: logLine,
    inTexts: [text => text, text => `/self/${text}`],
  },
  "cookie of the sender's browser": { read: selfLink.selfTokenInCookie, most: requestHead },
  'own networks': {
    read: text => ownNetworks.parseOwnNetworks([text, ...text.split(',')]),
    most: longestConfig,
  },
  'user agent': text =>
    classify.classifyFetch({ method: 'GET', userAgent: userAgent.keptUserAgent(text) }, {}),
  'host of a request': { read: text => hostCheck.isOwnHost(text, ['a.example']), most: requestHead },
  'proxies of a request': { read: text => networkOfRequest(text), most: requestHead },
  'line of an access log': {
    read: accessLog.parseLogLine,
    most: logLine,
    inTexts: [
      text => text,
      text => `${text} 127.0.0.1 - - [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "-"`,
      text => `127.0.0.1 - ${text} [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "-"`,
      text => `127.0.0.1 - - [01/Jan/2026:00:00:00 +0000] "${text}" 200 1 "-" "-"`,
      text => `127.0.0.1 - - [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "${text}"`,
      text => `{"remote_addr":"127.0.0.1","time":1,"status":200,"request":${JSON.stringify(text)}}`,
      text => `{"remote_addr":${JSON.stringify(text)},"time":${JSON.stringify(text)},"status":200}`,
    ],
  },
  'records of an exchange': {
    read: exchange.readRecords,
    inTexts: [text => text, text => `${text}\n`, text => `{"type":${JSON.stringify(text)}}\n`],
  },
  'page of an exchange': {
    read: text => exchange.readPage(ring.signing, '', text),
    inTexts: [text => text, text => `{"type":"page",${text}\n{"type":"end","tag":"${'0'.repeat(64)}"}\n`],
  },
  'request of an exchange': {
    read: text => exchange.openRequest(ring, text, '', new Date(0)),
    inTexts: [text => text, text => `Mailtrack key=${text}`],
  },
  'key file': key.parseKeyFile,
  'made visible': clean.visible,
  'made discreet': discreet.discreet,
  'table in a terminal': text =>
    table.tableLines([{ title: 'a', elastic: true }, { title: 'b' }], [[text, '']], 80),
};

function readRow(cells) {
  const names = cells.map((_, index) => `c${index}`);
  const columns = { names, email: 0, name: 1, role: undefined, track: undefined };
  return listRow.readRow({ cells, line: 1, encoding: 'utf-8' }, columns, 'a');
}

function columnsOf(text, letters) {
  const cells = [];
  for (let at = 0; at < text.length && cells.length < mostColumns; at += letters)
    cells.push(text.slice(at, at + letters));
  return cells;
}

async function drainAll(values) {
  for await (const value of values) void value;
}

function feedPieces(text) {
  const parser = new reply.ReplyParser();
  for (const octet of Buffer.from(text)) if (parser.feed(Buffer.of(octet)).fault !== undefined) return;
}

const proxies = clientNetwork.Networks.parse(['127.0.0.0/8']).value;

function networkOfRequest(text) {
  const connection = { address: '127.0.0.1', network: '' };
  for (const name of ['x-forwarded-for', 'forwarded'])
    clientNetwork.networkOf({ headers: { [name]: text } }, connection, proxies);
}

function drain(values) {
  for (const value of values) void value;
}

function checkUrls(template, value) {
  const runs = [{ text: template, next: '{{ a }}' }];
  const segments = () => [
    { kind: 'run', index: 0, text: template },
    { kind: 'value', text: value },
  ];
  return fieldUrls.createUrlCheck({ source: '{{ a | raw }}', runs, segments })?.('');
}

function workbook(text) {
  const files = {
    'xl/workbook.xml': Buffer.from('<workbook/>'),
    'xl/worksheets/sheet1.xml': Buffer.from(text),
  };
  return Buffer.from(zipSync(files, { level: 0 }));
}
