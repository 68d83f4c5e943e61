/**
 * How other people's lists of user agents are judged by the rules, each as if it were fetched a day after delivery.
 *
 *   npm run build && node test/corpora/user-agents.mjs FOLDER… [--show machine|opened|maybe] [--rules FILE]
 *
 * Each FOLDER holds lists as these repositories keep them; folders in it are read too. None of them is kept here.
 *
 *   https://github.com/monperrus/crawler-user-agents   crawler-user-agents.json
 *   https://github.com/omrilotan/isbot                 fixtures/crawlers.yml, fixtures/browsers.yml
 *   https://github.com/matomo-org/device-detector      bots.yml, pim.yml, browser.yml, … of Tests
 *
 * A `.tsv` file with the columns `user_agent` and `expected_kind` or `right_kind` is compared row by row. `--show` prints the agents with
 * that verdict. `--rules` names the `classify.js` of another build, to compare with.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { show: { type: 'string' }, rules: { type: 'string', default: 'dist/tracking/classify.js' } },
});
if (positionals.length === 0) throw new Error('name a folder with lists of user agents');
const { classifyFetch } = await import(pathToFileURL(resolve(values.rules)).href);
const { keptUserAgent } = await import('../../dist/tracking/user-agent.js');

const files = positionals.flatMap(folder =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map(name => join(folder, name)),
);
for (const file of files.filter(name => name.endsWith('.tsv'))) compare(file);
const bots = new Set();
for (const file of files.filter(name => /\.(json|yml)$/.test(name))) {
  const agents = new Set(readAgents(file));
  if (agents.size === 0) continue;
  if (/crawler|bots/.test(basename(file))) for (const agent of agents) bots.add(agent);
  tell(basename(file), agents);
}
tell(
  'all bots, mail proxies left out',
  [...bots].filter(agent => judge(agent).kind !== 'image-proxy'),
);

function judge(userAgent) {
  return classifyFetch(
    { method: 'GET', userAgent: keptUserAgent(userAgent) },
    { sinceAcceptedMs: 86_400_000 },
  );
}

function verdictOf({ kind, confidence }) {
  if (kind === 'human' || kind === 'image-proxy') return confidence >= 0.5 ? 'opened' : 'maybe';
  return kind === 'unknown' ? 'maybe' : 'machine';
}

function tell(name, agents) {
  const counts = { machine: 0, maybe: 0, opened: 0 };
  const rules = new Map();
  for (const agent of agents) {
    const judged = judge(agent);
    const verdict = verdictOf(judged);
    counts[verdict] += 1;
    rules.set(judged.rule, (rules.get(judged.rule) ?? 0) + 1);
    if (verdict === values.show) console.log(`  ${judged.rule}: ${agent}`);
  }
  const total = counts.machine + counts.maybe + counts.opened;
  const shares = Object.entries(counts).map(
    ([one, count]) => `${one} ${count} (${((100 * count) / total).toFixed(1)} %)`,
  );
  console.log(`${name}: ${total} agents, ${shares.join(', ')}`);
  console.log(
    `  ${[...rules]
      .sort((a, b) => b[1] - a[1])
      .map(([rule, count]) => `${rule} ${count}`)
      .join(', ')}`,
  );
}

function compare(file) {
  const [head = '', ...rows] = readFileSync(file, 'utf8').trimEnd().split('\n');
  const columns = head.split('\t');
  const kindAt = columns.findIndex(name => name === 'expected_kind' || name === 'right_kind');
  const counts = new Map();
  for (const row of rows) {
    const cells = row.split('\t');
    const [expected] = cells[kindAt].split(' ');
    const judged = judge(cells[0]);
    const isMachine = ['scanner', 'bot'].includes(expected);
    const fits = isMachine ? verdictOf(judged) === 'machine' : judged.kind === expected;
    const count = counts.get(expected) ?? { right: 0, all: 0 };
    counts.set(expected, { right: count.right + Number(fits), all: count.all + 1 });
    if (!fits && expected !== 'ambiguous')
      console.log(`  ${expected}, not ${judged.kind} by ${judged.rule}: ${cells[0]}`);
  }
  console.log(
    `${basename(file)}: ${[...counts].map(([kind, { right, all }]) => `${kind} ${right} of ${all}`).join(', ')}`,
  );
}

/** Strings below a name of a bot or browser, or the `user_agent` or `instances` of records. */
function readAgents(file) {
  const text = readFileSync(file, 'utf8');
  const content = file.endsWith('.json') ? JSON.parse(text) : parse(text, { uniqueKeys: false });
  if (Array.isArray(content)) return content.flatMap(one => one.instances ?? one.user_agent ?? []);
  return Object.values(content)
    .flat(2)
    .filter(one => typeof one === 'string');
}
