import { Problem } from '../../problem.js';
import { existsAt, openReader } from '../../store/open-reader.js';
import { openStoreIfAny } from '../../store/open-store.js';
import { visible } from '../../terminal/clean.js';
import { printJson } from '../../terminal/json.js';
import { keyLines, type ListedKey } from '../../terminal/keys-view.js';
import { createTimeFormat } from '../../time-format.js';
import { type KeyEntry, keyFingerprint } from '../../tracking/key.js';
import { type Context, createContext } from '../context.js';
import {
  addKey,
  checkDroppable,
  findExposedKey,
  keyPath,
  keySource,
  makeKeyRing,
  newKeyAdvice,
  readKeyEntries,
  removeKey,
  requireKeyFile,
} from '../key-ring.js';
import type { GlobalOptions } from '../options.js';
import { terminalWidth } from '../output.js';
import { ask, canPrompt } from '../prompt.js';

export async function runKeysList(options: GlobalOptions): Promise<void> {
  const context = await createContext(options);
  const keys = await listKeys(context);
  if (context.json) {
    context.output.data(printJson({ schema: 'mailtrack.keys/1', file: keySource(), keys: keys.map(toJson) }));
  } else if (keys.length === 0) {
    context.output.say(
      'There is no key yet: the first email that is sent, or `mailtrack keys rotate`, makes one.',
    );
  } else {
    const { output } = context;
    const shape = { time: createTimeFormat(new Date()), width: terminalWidth(output.stdout) };
    for (const line of keyLines(keys, shape)) output.data(line);
  }
  const exposed = await findExposedKey();
  if (exposed !== undefined) context.output.say(`Warning: ${visible(exposed.warning)}`);
}

export async function runKeysRotate(options: GlobalOptions): Promise<void> {
  const { output, json } = await createContext(options);
  requireKeyFile();
  let isFirst = false;
  const ring = await makeKeyRing(() => {
    isFirst = true;
  });
  const signing = isFirst ? ring.signing : await addKey();
  const keys = await readKeyEntries();
  const fingerprint = keyFingerprint(signing);
  output.say(`A new key seals from now on: ${signing.id}, fingerprint ${fingerprint}, in ${keyPath()}.`);
  if (keys.length > 1)
    output.say(`  The ${keys.length - 1} older in the file still verify what they sealed.`);
  output.say(`  ${newKeyAdvice} Give it the file before you send, then SIGHUP.`);
  if (json) {
    output.data(
      printJson({
        schema: 'mailtrack.keys/1',
        file: keyPath(),
        id: signing.id,
        fingerprint,
        keys: keys.length,
      }),
    );
  }
}

export async function runKeysDrop(id: number, options: GlobalOptions & { yes?: boolean }): Promise<void> {
  const context = await createContext(options);
  const { output, json } = context;
  requireKeyFile();
  const entries = await readKeyEntries();
  await checkForgotten(context, checkDroppable(entries, id));
  const { keys, unknown } = await countEmails(context, entries);
  const found = keys.find(key => key.id === id) as ListedKey;
  for (const line of consequences(found, unknown, keys)) output.say(line);
  await confirmDrop(context, found, options.yes === true);
  await removeKey(id);
  output.say(`Key ${id} is gone from ${keyPath()}. SIGHUP to \`mailtrack serve\` makes it forget it too.`);
  if (json) {
    const left = keys.filter(key => key.id !== id);
    output.data(
      printJson({
        schema: 'mailtrack.keys/1',
        file: keyPath(),
        dropped: id,
        emails: found.emails ?? null,
        fingerprint: left.at(-1)?.fingerprint,
      }),
    );
  }
}

/** Without the key, people who were forgotten under it could be mailed again. @throws Problem `key`. */
async function checkForgotten({ storeUrl }: Context, { key }: KeyEntry): Promise<void> {
  const store = await openStoreIfAny(storeUrl);
  try {
    const count = (await store?.people.countForgotten())?.get(keyFingerprint(key)) ?? 0;
    if (count === 0) return;
    const who = count === 1 ? '1 person who was' : `${count} people who were`;
    throw new Problem('key', `key ${key.id} is needed to recognise ${who} forgotten`, {
      fix: 'Keep it: without it they could be mailed again. It does not seal new mail once there is a newer one.',
    });
  } finally {
    await store?.close();
  }
}

function consequences(key: ListedKey, unknown: number, keys: readonly ListedKey[]): readonly string[] {
  const { id, fingerprint, emails } = key;
  const sealed =
    emails === undefined
      ? 'there is no database here that knows of emails it sealed'
      : `it sealed ${emails} of the emails in this database`;
  const next = keys.filter(other => other.id !== id).at(-1);
  return [
    `Key ${id}, fingerprint ${fingerprint}: ${sealed}.`,
    ...(unknown > 0 ? [`  ${unknown} more were sent before it was noted which key seals.`] : []),
    '  Opens of mail it sealed can no longer be counted, its links to unsubscribe do nothing, and what is unfinished of it cannot be resumed. What was recorded stays.',
    ...(key.signs && next
      ? [`  It seals new mail; key ${next.id}, fingerprint ${next.fingerprint}, does then.`]
      : []),
  ];
}

async function confirmDrop(context: Context, { id }: ListedKey, yes: boolean): Promise<void> {
  if (yes) return;
  if (!canPrompt({ json: context.json, noInput: !context.input, readsStdin: false })) {
    throw new Problem('confirmation-needed', `dropping key ${id} has to be confirmed`, {
      fix: 'Pass --yes.',
    });
  }
  if (/^y(es)?$/i.test(await ask(`Drop key ${id}? [y/N] `))) return;
  throw new Problem('confirmation-needed', 'no key was dropped', { fix: 'The answer was not yes.' });
}

async function listKeys(context: Context): Promise<readonly ListedKey[]> {
  return (await countEmails(context, await readKeyEntries())).keys;
}

/** A database that is not there is not made for this. `unknown`: emails that do not say which key sealed them. */
async function countEmails(
  { storeUrl }: Context,
  entries: readonly KeyEntry[],
): Promise<{ readonly keys: readonly ListedKey[]; readonly unknown: number }> {
  const counts = existsAt(storeUrl) ? await readCounts(storeUrl) : undefined;
  const keys = entries.map(({ key, madeAt }, index) => {
    const fingerprint = keyFingerprint(key);
    return {
      id: key.id,
      fingerprint,
      madeAt,
      signs: index === entries.length - 1,
      emails: counts && (counts.get(fingerprint) ?? 0),
    };
  });
  return { keys, unknown: counts?.get('') ?? 0 };
}

async function readCounts(storeUrl: string): Promise<ReadonlyMap<string, number>> {
  const store = await openReader(storeUrl);
  try {
    return await store.reader.countEmailsByKey();
  } finally {
    store.close();
  }
}

function toJson(key: ListedKey): Readonly<Record<string, unknown>> {
  return {
    id: key.id,
    fingerprint: key.fingerprint,
    created_at: key.madeAt?.toISOString() ?? null,
    signs: key.signs,
    emails: key.emails ?? null,
  };
}
