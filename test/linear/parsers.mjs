/** Every parser of ours that reads what comes from outside, as a function of one text. What it throws does not matter here. */
import { zipSync } from 'fflate';
import * as copyRules from '../../dist/check/copy-rules.js';
import * as elements from '../../dist/check/html-elements.js';
import * as tomlLines from '../../dist/cli/config/toml-lines.js';
import * as listenAddress from '../../dist/cli/listen-address.js';
import * as bodyTitle from '../../dist/merge/body-title.js';
import * as cssRules from '../../dist/merge/css/css-rules.js';
import * as styleSheet from '../../dist/merge/css/style-sheet.js';
import * as fieldUrls from '../../dist/merge/field-urls.js';
import * as entities from '../../dist/merge/html/entities.js';
import * as htmlPieces from '../../dist/merge/html/html-pieces.js';
import * as references from '../../dist/merge/html/references.js';
import * as startTags from '../../dist/merge/html/start-tags.js';
import * as leftovers from '../../dist/merge/leftovers.js';
import * as protection from '../../dist/merge/liquid/liquid-protection.js';
import * as writtenValues from '../../dist/merge/liquid/written-values.js';
import * as mjmlInclude from '../../dist/merge/mjml/mjml-include.js';
import * as mjmlTree from '../../dist/merge/mjml/mjml-tree.js';
import * as pixelPlacement from '../../dist/merge/pixel-placement.js';
import * as scope from '../../dist/merge/scope.js';
import * as attachmentType from '../../dist/message/attachment-type.js';
import * as relaxed from '../../dist/message/dkim/relaxed.js';
import * as headerField from '../../dist/message/header-field.js';
import * as mailbox from '../../dist/message/mailbox.js';
import * as quotedPrintable from '../../dist/message/quoted-printable.js';
import * as sameMailbox from '../../dist/recipients/same-mailbox.js';
import * as where from '../../dist/recipients/where.js';
import * as xlsx from '../../dist/recipients/xlsx-archive.js';
import * as capabilities from '../../dist/smtp/capabilities.js';
import * as judge from '../../dist/smtp/judge.js';
import * as reply from '../../dist/smtp/reply.js';
import * as replySigns from '../../dist/smtp/reply-signs.js';
import * as throttle from '../../dist/smtp/throttle.js';
import * as clean from '../../dist/terminal/clean.js';
import * as discreet from '../../dist/terminal/discreet.js';
import * as accessLog from '../../dist/tracking/access-log.js';
import * as exchange from '../../dist/tracking/exchange.js';
import * as key from '../../dist/tracking/key.js';
import * as network from '../../dist/tracking/network.js';
import * as pixel from '../../dist/tracking/pixel.js';
import * as trackingUrl from '../../dist/tracking/tracking-url.js';
import * as unsubscribe from '../../dist/tracking/unsubscribe.js';

const placeOf = () => ({ file: 'a' });
const refused = text => ({ code: 550, enhancedStatusCode: '', lines: [text], text });

export const parsers = {
  'subject of Markdown': text => bodyTitle.titleInBody('md', text),
  'subject of HTML': text => bodyTitle.titleInBody('html', text),
  'subject of MJML': text => bodyTitle.titleInBody('mjml', text),
  'visible text': elements.visibleText,
  'check of a copy': text => copyRules.checkCopy({ subject: 'a', html: text, text }),
  'readable HTML': leftovers.readableHtml,
  leftovers: leftovers.findLeftovers,
  'leftovers of a template': text => leftovers.mayLeaveOver({ subject: 'a', html: text, text }),
  'start tags': text => drain(startTags.startTags(text)),
  'pieces of HTML': text => drain(htmlPieces.htmlPieces(text)),
  references: text => references.replaceReferences(text, ({ value }) => value),
  entities: entities.decodeEntities,
  'place of the pixel': text => pixelPlacement.placePixelSlot(text, '<img>'),
  'address of a link': fieldUrls.urlFault,
  'addresses in a template': text => checkUrls(text, ''),
  'addresses in a value': text => checkUrls('', text),
  'rules of CSS': text => cssRules.readRules(text),
  'declarations of CSS': text => cssRules.readDeclarations(text),
  'selectors of CSS': text => cssRules.splitSelectors(text),
  'style sheet': text => styleSheet.sortSheet(text, 0, { names: new Set(), order: false }),
  'Liquid put aside': text => protection.protectLiquid(text).restore(text),
  MJML: text => mjmlTree.readMjmlTree(protection.protectLiquid(text), placeOf),
  'includes of MJML': text => mjmlInclude.expandIncludes({ file: 'a', text, lineOffset: 0 }, new Map()),
  number: writtenValues.readNumber,
  date: writtenValues.readDate,
  'name of a column': scope.fieldIdentifier,
  mailbox: mailbox.parseMailbox,
  mailboxes: mailbox.splitMailboxList,
  'addr-spec': text => mailbox.parseAddrSpec(text.slice(0, 300)),
  'one mailbox': sameMailbox.mailboxKey,
  'header field': text => headerField.parseHeaderField(`X-A: ${text}`),
  'quoted-printable': quotedPrintable.encodePiece,
  'relaxed field': text => relaxed.relaxField('x', text),
  'type of an attachment': text => attachmentType.attachmentType('a.eml', Buffer.from(text), 'boundary'),
  '--where': where.parseWhere,
  workbook: text => xlsx.openWorkbook(workbook(text)),
  'reply, octet by octet': text => new reply.ReplyParser().feed(Buffer.from(text)),
  'capabilities of a server': text =>
    capabilities.parseCapabilities({ ...refused(text), lines: ['a', text] }),
  'refusal at MAIL': text => judge.judgeReply('mail', refused(text)),
  'refusal of a message': text => judge.judgeReply('end-of-data', refused(text)),
  throttling: text =>
    throttle.isThrottle({ stage: 'rcpt', replyCode: 450, enhancedStatusCode: '', replyText: text }),
  'signs of a reply': text => new replySigns.ReplySigns().learn('mail', refused(text)),
  'address to listen on': listenAddress.parseListenAddress,
  'lines of mailtrack.toml': tomlLines.readKeyLines,
  'tracking URL': text => trackingUrl.readTrackingUrl(`https://a.example/${text}`, undefined, true),
  'network of an address': network.networkPrefix,
  'token of a request': pixel.tokenOfPath,
  'unsubscribe link of a request': unsubscribe.unsubscribeTokenOf,
  'line of an access log': accessLog.parseLogLine,
  'records of an exchange': exchange.readRecords,
  'key file': key.parseKeyFile,
  'made visible': clean.visible,
  'made discreet': discreet.discreet,
};

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
