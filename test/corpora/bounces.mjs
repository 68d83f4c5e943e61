/**
 * Other people's bounces, beside the answers that they expect: node test/corpora/bounces.mjs [--show] FOLDER...; after npm run build.
 * A folder holds messages, in folders of its own or not, and `expected.tsv`: a header line, then file, recipient, status, reply code,
 * reason and `hard` or `not-hard`, of which the last four may be empty. A file without a recipient is about nobody.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readReturned } from '../../dist/returned/read-returned.js';

const show = process.argv.includes('--show');
/** Rows of the sets that contradict the message, or each other; each with its reason in the file. */
const exceptions = new Set(
  readFileSync(new URL('bounce-exceptions.tsv', import.meta.url), 'utf8')
    .split('\n')
    .map(line => line.split('\t', 2).join(' ')),
);
for (const folder of process.argv.slice(2).filter(word => !word.startsWith('--'))) await judge(folder);

async function judge(folder) {
  const expected = rowsOf(readFileSync(join(folder, 'expected.tsv'), 'utf8'));
  const paths = new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(path => [
      basename(path),
      join(folder, path),
    ]),
  );
  const count = {
    messages: 0,
    exact: 0,
    exceptExact: 0,
    exceptHardness: 0,
    foreign: 0,
    rows: 0,
    hardness: 0,
    statuses: 0,
    status: 0,
    ends: 0,
  };
  for (const [file, rows] of expected) {
    const octets = readFileSync(paths.get(file));
    const returned = await readReturned(octets);
    const found = recipientsOf(returned, rows);
    const wanted = rows
      .filter(({ recipient }) => recipient !== '')
      .map(({ recipient }) => recipient.toLowerCase());
    const named = found.map(({ address }) => address.toLowerCase());
    count.messages += 1;
    // An alias is named by both of its addresses; sets differ in which of them they expect.
    const either = new Set(
      found.flatMap(one => [one.address, one.originalRecipient ?? '']).map(one => one.toLowerCase()),
    );
    const isWanted = one =>
      [one.address, one.originalRecipient ?? ''].some(each => wanted.includes(each.toLowerCase()));
    const isExact = wanted.every(address => either.has(address)) && found.every(isWanted);
    if (!isExact && exceptions.has(`${file} recipients`)) count.exceptExact += 1;
    if (isExact) count.exact += 1;
    else tell(file, 'recipients', `${named} (${returned.kind})`, wanted);
    if (!found.every(isWanted)) count.foreign += 1;
    for (const row of rows) {
      const one = found.find(({ address }) => address.toLowerCase() === row.recipient.toLowerCase());
      if (one === undefined) continue;
      count.rows += 1;
      if (row.hardness === '' || (one.hardness === 'hard') === (row.hardness === 'hard')) count.hardness += 1;
      else if (exceptions.has(`${file} hardness`)) count.exceptHardness += 1;
      else
        tell(
          file,
          'hardness',
          `${one.hardness} ${one.reason} ${one.status} <${one.diagnostic?.slice(0, 150)}>`,
          `${row.hardness} ${row.reason} ${row.status}`,
        );
      if (!isReal(row.status)) continue;
      count.statuses += 1;
      if (one.status === row.status) count.status += 1;
      else tell(file, 'status', `${one.status} <${one.diagnostic?.slice(0, 150)}>`, row.status);
    }
    const lines = octets.toString('latin1').replaceAll('\r\n', '\n');
    const results = await Promise.all(
      ['\r\n', '\r'].map(end => readReturned(Buffer.from(lines.replaceAll('\n', end), 'latin1'))),
    );
    if (results.every(one => JSON.stringify(one) === JSON.stringify(returned))) count.ends += 1;
    else tell(file, 'line ends', '', '');
  }
  console.log(folder);
  console.log(
    `  exact recipients ${ratio(count.exact, count.messages)}, another address in ${count.foreign}`,
  );
  console.log(
    `  hard or soft ${ratio(count.hardness, count.rows)}, status ${ratio(count.status, count.statuses)}`,
  );
  console.log(
    `  wrong in the set, and not counted above: recipients ${count.exceptExact}, hard or soft ${count.exceptHardness}`,
  );
  console.log(`  one result with LF, CRLF and CR ${ratio(count.ends, count.messages)}`);
}

/** Who answers by a program is a recipient to the set; who answers by hand is not. */
function recipientsOf(returned, rows) {
  if (returned.kind === 'delivery-status') return returned.recipients;
  const isAway = returned.kind === 'automatic-reply' && rows.some(({ reason }) => reason === 'vacation');
  const addresses = returned.addresses ?? (isAway ? [returned.from] : []);
  return addresses.map(address => ({ address, hardness: 'soft', status: '' }));
}

function rowsOf(text) {
  const rows = new Map();
  for (const line of text.split('\n').slice(1)) {
    const [file, recipient = '', status = '', , reason = '', hardness = ''] = line.split('\t');
    if (file === undefined || file === '') continue;
    // Names under `.invalid` stand for a recipient that the report does not name.
    const named = recipient.endsWith('.invalid') ? '' : recipient;
    rows.set(file, [...(rows.get(file) ?? []), { recipient: named, status, reason, hardness }]);
  }
  return rows;
}

/** Statuses of the form 5.0.9xx are the set's own words for a reason, which no server says. */
function isReal(status) {
  return status !== '' && !/^[45]\.0\.9\d\d$/.test(status);
}

function tell(file, about, got, wanted) {
  if (show) console.log(`  ${file}: ${about}: ${got}; expected ${wanted}`);
}

function ratio(part, whole) {
  return `${part} of ${whole} (${((100 * part) / Math.max(whole, 1)).toFixed(1)} %)`;
}
