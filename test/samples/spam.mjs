/**
 * `npm run spam`: what SpamAssassin's own rules (no network) say about the first copy of each sample of templates/. Ends with 1
 * when a rule gives points that are not accounted for below, and with 2 when spamassassin is not installed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCopies } from './copies.mjs';
import { samples } from './samples.mjs';

/** Rules that are no fault of the message, and why. */
const accountedFor = new Map([
  ['NO_RECEIVED', 'it has not travelled'],
  ['NO_RELAYS', 'it has not travelled'],
  ['HTML_MESSAGE', 'it has HTML, and a text part'],
  ['T_REMOTE_IMAGE', 'the pixel'],
  ['DKIM_ADSP_NXDOMAIN', 'example.com'],
]);
/** Fewer than 2,800 characters beside an image, which is the pixel: 0.3 to 2.8 points of 5, none with --no-track. */
const shortTexts = /^HTML_IMAGE_ONLY_\d+$/;

if (spawnSync('spamassassin', ['--version']).error !== undefined) {
  console.error('spamassassin is not installed; Debian has it in the package spamassassin.');
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'mailtrack-spam-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

for (const sample of samples) {
  const [copy] = makeCopies(sample, folder);
  const rules = hits(readFileSync(copy));
  const points = rules.reduce((sum, rule) => sum + rule.points, 0);
  const ours = rules.filter(rule => rule.points > 0 && !isAccountedFor(rule.name));
  console.log(`${sample.name}: ${points.toFixed(1)} of 5 points; ${rules.map(print).join(', ')}`);
  for (const rule of ours) console.log(`  Not accounted for: ${print(rule)}`);
  if (ours.length > 0) process.exitCode = 1;
}

function isAccountedFor(name) {
  return accountedFor.has(name) || shortTexts.test(name);
}

/** From the report below the message: ` pts rule name              description`. */
function hits(message) {
  const { stdout } = spawnSync('spamassassin', ['--local', '--test-mode'], {
    input: message,
    encoding: 'utf8',
  });
  const report = stdout.slice(stdout.lastIndexOf('Content analysis details:'));
  return [...report.matchAll(/^\s*(-?\d+\.\d+) ([A-Z][A-Z0-9_]+)/gm)].map(([, points, name]) => ({
    name,
    points: Number(points),
  }));
}

function print({ name, points }) {
  return `${name} ${points.toFixed(1)}`;
}
