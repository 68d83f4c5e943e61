/** `[dkim]` to keys that can sign, or everything that is wrong with it. */
import { isSurelyAligned } from '../message/dkim/alignment.js';
import { keyWarning, parsePrivateKey } from '../message/dkim/private-key.js';
import { createDkimSigner, type DkimKey, type DkimSigner } from '../message/dkim/signer.js';
import { parseDomain } from '../message/domain.js';
import { type Place, Problem, Problems } from '../problem.js';
import { fieldsReplacedBy } from '../smtp/relays.js';
import { readDkimKeyFile } from '../system/dkim-key-file.js';
import type { Context } from './context.js';
import { findUntrustedDkim } from './dkim-trust.js';

export interface DkimSettings {
  /** The RSA key, and the Ed25519 key if there is one. */
  readonly keys: readonly DkimKey[];
  /** Fields the SMTP server is known to replace, not to be signed. */
  readonly replacedFields: readonly string[];
  readonly warnings: readonly string[];
}

type SettingsReader = Pick<Context, 'config' | 'text' | 'path'>;

const rsa = { algorithm: 'rsa-sha256', selector: 'dkim.selector', file: 'dkim.key_file' } as const;
const ed25519 = {
  algorithm: 'ed25519-sha256',
  selector: 'dkim.ed25519_selector',
  file: 'dkim.ed25519_key_file',
} as const;

/**
 * @param smtpHost undefined in a dry run.
 * @returns undefined when nothing of `[dkim]` is set: the relay signs, or nobody does.
 * @throws Problems `config`, `key`; Problem `config` when an untrusted project file chooses a key that is not its own.
 */
export async function readDkimSettings(
  context: SettingsReader,
  smtpHost: string | undefined,
): Promise<DkimSettings | undefined> {
  const given = ['dkim.domain', rsa.selector, rsa.file, ed25519.selector, ed25519.file].filter(key =>
    context.config.values.has(key),
  );
  if (given.length === 0) return undefined;

  const untrusted = await findUntrustedDkim(context, [rsa.file, ed25519.file]);
  if (untrusted !== undefined) throw untrusted;
  const problems = missingSettings(context, given);
  const domain = readDomain(context, problems);
  const keys: DkimKey[] = [];
  const warnings: string[] = [];
  for (const kind of [rsa, ed25519]) {
    const selector = readSelector(context, kind.selector, problems);
    const read = await readKey(context, kind, problems);
    if (read === undefined) continue;
    warnings.push(...read.warnings);
    if (selector !== undefined && domain !== undefined)
      keys.push({ domain, selector, algorithm: kind.algorithm, privateKey: read.privateKey });
  }
  problems.push(...oneSelectorForTwo(context, keys));
  if (problems.length > 0) throw new Problems(problems);

  const replacedFields = smtpHost === undefined ? [] : fieldsReplacedBy(smtpHost);
  if (replacedFields.length > 0) {
    const fields = replacedFields.join(' and ');
    warnings.push(
      `${smtpHost} replaces ${fields}, so the DKIM signature leaves ${replacedFields.length === 1 ? 'it' : 'them'} out`,
    );
  }
  return { keys, replacedFields, warnings };
}

/** Of one email; undefined when nothing is to be signed. @param date the email's Date field. */
export function createSigner(settings: DkimSettings | undefined, date: string): DkimSigner | undefined {
  if (settings === undefined) return undefined;
  const { keys, replacedFields } = settings;
  return createDkimSigner(keys, { signedAt: new Date(date), replacedFields });
}

/** For the plan, once the sender is known. */
export function alignmentWarning({ keys }: DkimSettings, fromDomain: string): string | undefined {
  const domain = keys[0]?.domain;
  return domain === undefined || isSurelyAligned(domain, fromDomain)
    ? undefined
    : `mail from ${fromDomain} is signed for ${domain}; DMARC counts a DKIM signature only for its own domain, so set dkim.domain to ${fromDomain}`;
}

function missingSettings(context: SettingsReader, given: readonly string[]): Problem[] {
  const missing = ['dkim.domain', rsa.selector, rsa.file].filter(key => !given.includes(key));
  const pair = [ed25519.selector, ed25519.file].filter(key => !given.includes(key));
  const [first = ''] = given;
  const problems: Problem[] = [];
  if (missing.length > 0) {
    problems.push(
      new Problem('config', `${first} is set, but not ${missing.join(' and ')}`, {
        where: placeOf(context, first),
        fix: 'A signature needs domain, selector and key_file under [dkim]; an Ed25519 key goes beside an RSA key.',
      }),
    );
  }
  if (pair.length === 1) {
    const one = pair[0] === ed25519.file ? ed25519.selector : ed25519.file;
    problems.push(
      new Problem('config', `${one} is set, but not ${pair[0]}`, {
        where: placeOf(context, one),
        fix: 'Set both, or neither to sign with the RSA key alone.',
      }),
    );
  }
  return problems;
}

function readDomain(context: SettingsReader, problems: Problem[]): string | undefined {
  const text = context.text('dkim.domain');
  if (text === undefined) return undefined;
  const domain = parseDomain(text);
  if (domain.ok) return domain.value;
  problems.push(
    new Problem('config', `dkim.domain ${JSON.stringify(text)} is not a domain: ${domain.why}`, {
      where: placeOf(context, 'dkim.domain'),
    }),
  );
  return undefined;
}

/** Labels of letters, digits and hyphens. RFC 6376 §3.1, RFC 5321 §4.1.2 sub-domain */
function readSelector(context: SettingsReader, key: string, problems: Problem[]): string | undefined {
  const text = context.text(key);
  if (text === undefined) return undefined;
  const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
  if (text.length <= 200 && text.split('.').every(part => label.test(part))) return text;
  problems.push(
    new Problem('config', `${key} ${JSON.stringify(text)} is not a selector`, {
      where: placeOf(context, key),
      fix: 'Use what stands before ._domainkey in DNS: letters, digits and hyphens, with dots between labels.',
    }),
  );
  return undefined;
}

async function readKey(
  context: SettingsReader,
  kind: typeof rsa | typeof ed25519,
  problems: Problem[],
): Promise<(Pick<DkimKey, 'privateKey'> & { readonly warnings: readonly string[] }) | undefined> {
  const path = context.path(kind.file);
  if (path === undefined) return undefined;
  const name = `${kind.file} ${path}`;
  const refuse = (why: string) => {
    problems.push(
      new Problem('key', `${name} ${why}`, {
        where: placeOf(context, kind.file),
        fix: 'docs/dkim.md says how to make a key and publish it.',
      }),
    );
    return undefined;
  };
  const file = await readDkimKeyFile(path);
  if ('why' in file) return refuse(file.why);
  const key = parsePrivateKey(file.pem, kind.algorithm);
  if (!key.ok) return refuse(key.why);
  const warnings = [
    ...(file.isOpen ? ['can be read by everybody on this machine; chmod 600 keeps it yours'] : []),
    ...[keyWarning(key.value)].filter(warning => warning !== undefined),
  ];
  return { privateKey: key.value, warnings: warnings.map(warning => `${name} ${warning}`) };
}

/** One name in DNS holds one key, so the second signature would be looked up under the first. RFC 6376 §3.6.2.2 */
function oneSelectorForTwo(context: SettingsReader, keys: readonly DkimKey[]): readonly Problem[] {
  const [first, second] = keys.map(({ selector }) => selector.toLowerCase());
  if (second === undefined || first !== second) return [];
  return [
    new Problem('config', `${rsa.selector} and ${ed25519.selector} are the same`, {
      where: placeOf(context, ed25519.selector),
      fix: 'Publish each key under a selector of its own.',
    }),
  ];
}

function placeOf(context: SettingsReader, key: string): Place | undefined {
  const origin = context.config.values.get(key)?.origin;
  if (origin === undefined || !('file' in origin)) return undefined;
  return { file: origin.file, ...(origin.line === undefined ? {} : { line: origin.line }) };
}
