import { plural } from '../../amount.js';
import { Problem } from '../../problem.js';
import { openStore, openStoreIfAny, type Store } from '../../store/open-store.js';
import { systemClock } from '../../system/clock.js';
import { visible } from '../../terminal/clean.js';
import { printJson } from '../../terminal/json.js';
import { printJsonLists } from '../../terminal/json-lists.js';
import { exportPerson, type HeldCopy, type HeldPerson } from '../../workflow/export-person.js';
import { findForgotten, forgetPerson } from '../../workflow/forget-person.js';
import { endOptOut, optOut, readAddress } from '../../workflow/opt-out.js';
import { type Context, createContext } from '../context.js';
import { newKeyAdvice, openKeyRing, readKeyRing } from '../key-ring.js';
import type { GlobalOptions } from '../options.js';
import { ask, canPrompt } from '../prompt.js';
import { consentJson, returnedJson, transactionJson } from './explain.js';

const told = '  A server elsewhere is told by the next `mailtrack pull`.';

export async function runOptOut(
  addresses: readonly string[],
  options: GlobalOptions & { readonly undo?: boolean },
): Promise<void> {
  const context = await createContext(options);
  // All of them are read before the first is written.
  const read = addresses.map(readAddress);
  const store = await openStore(context.storeUrl);
  try {
    for (const address of read) await (options.undo === true ? undo : begin)(address, context, store);
  } finally {
    await store.close();
  }
}

async function begin(address: string, { output, json }: Context, store: Store): Promise<void> {
  const { emailAddress, isNew, copies } = await optOut(address, { people: store.people, clock: systemClock });
  if (json) {
    output.data(
      printJson({
        schema: 'mailtrack.optout/1',
        email_address: emailAddress,
        opted_out: true,
        is_new: isNew,
        copies,
      }),
    );
    return;
  }
  const sent =
    copies === 0 ? 'they have no copy with a pixel' : `${plural(copies, 'copy', 'copies')} of theirs`;
  output.say(
    copies === 0
      ? `${visible(emailAddress)} is not tracked any more; ${sent}.`
      : `${visible(emailAddress)} is not tracked any more, also not by ${sent} sent before.`,
  );
  output.say(told);
}

async function undo(address: string, { output, json }: Context, store: Store): Promise<void> {
  const { emailAddress, wasOptedOut } = await endOptOut(address, store.people);
  if (json)
    output.data(
      printJson({
        schema: 'mailtrack.optout/1',
        email_address: emailAddress,
        opted_out: false,
        is_new: wasOptedOut,
      }),
    );
  else if (wasOptedOut)
    output.say(`${visible(emailAddress)} may be tracked again, by copies that are sent from now on.`);
  else output.say(`${visible(emailAddress)} had not opted out.`);
}

export async function runForget(
  address: string,
  options: GlobalOptions & { readonly yes?: boolean },
): Promise<void> {
  const context = await createContext(options);
  const { output, json } = context;
  const emailAddress = readAddress(address);
  await confirmForget(context, emailAddress, options.yes === true);
  const store = await openStore(context.storeUrl);
  try {
    const ring = await openKeyRing(file =>
      output.say(
        `A new key was made: ${file}. ${newKeyAdvice} Without it nobody can tell who was forgotten.`,
      ),
    );
    const { people, reader } = store;
    const { copies, isLogEmpty } = await forgetPerson(emailAddress, {
      people,
      reader,
      ring,
      clock: systemClock,
    });
    if (json) {
      output.data(printJson({ schema: 'mailtrack.forget/1', copies, log_is_empty: isLogEmpty }));
    } else {
      output.say(
        `Forgotten, with ${plural(copies, 'copy', 'copies')}. Nobody of this address is mailed any more.`,
      );
      output.say(told);
    }
    if (!isLogEmpty)
      output.say(
        'Warning: another program reads the database, so that its write-ahead log still holds what was erased. Run the command again later.',
      );
  } finally {
    await store.close();
  }
}

async function confirmForget(context: Context, emailAddress: string, yes: boolean): Promise<void> {
  if (yes || !canPrompt({ json: context.json, noInput: !context.input, readsStdin: false })) return;
  if (/^y(es)?$/i.test(await ask(`Erase everything about ${visible(emailAddress)}, for good? [y/N] `)))
    return;
  throw new Problem('confirmation-needed', 'nobody was forgotten', { fix: 'The answer was not yes.' });
}

/** Always JSON, since it is for another program, or for the person it is about. */
export async function runExport(address: string, options: GlobalOptions): Promise<void> {
  const { output, storeUrl } = await createContext(options);
  const emailAddress = readAddress(address);
  const store = await openStoreIfAny(storeUrl);
  if (store === undefined) {
    const nothing = { optOut: undefined, suppression: undefined, isForgotten: false };
    output.data(printJson({ ...personJson({ emailAddress, ...nothing }), copies: [] }));
    return;
  }
  try {
    const { people, reader } = store;
    const held = await exportPerson(emailAddress, {
      people,
      reader,
      findForgotten: keys => findForgotten(keys, people, readKeyRing),
    });
    const lists = [{ name: 'copies', batches: inJson(held) }];
    for await (const piece of printJsonLists(personJson(held), lists)) output.text(piece);
  } finally {
    await store.close();
  }
}

async function* inJson(held: HeldPerson): AsyncGenerator<readonly object[], void, void> {
  for await (const copy of held.copies()) yield [copyJson(copy)];
}

function personJson({
  emailAddress,
  optOut,
  suppression,
  isForgotten,
}: Omit<HeldPerson, 'copies'>): Readonly<Record<string, unknown>> {
  return {
    schema: 'mailtrack.export/1',
    email_address: emailAddress,
    opted_out_at: optOut?.since.toISOString() ?? null,
    suppression:
      suppression === undefined ? null : { ...suppression, since: suppression.since.toISOString() },
    forgotten: isForgotten,
  };
}

function copyJson({ email, recipient, consent, transactions, fetches, returned }: HeldCopy): object {
  return {
    email_id: email.emailId,
    subject: email.subject,
    created_at: email.createdAt.toISOString(),
    email_address: recipient.emailAddress,
    name: recipient.name,
    role: recipient.role,
    fields: Object.fromEntries(recipient.fields),
    attachments: recipient.attachments.map(({ filename }) => filename),
    tracked: recipient.tracked,
    shares_pixel: recipient.sharesPixel === true,
    consent: consent === undefined ? null : consentJson(consent),
    state: recipient.state,
    state_at: recipient.stateAt.toISOString(),
    transactions: transactions.map((one, index) => transactionJson(one, index + 1)),
    fetches: fetches.map(({ fetchedAt, method, userAgent, network, kind, confidence, rule, times = 1 }) => ({
      datetime_opened: new Date(fetchedAt).toISOString(),
      method,
      user_agent: userAgent,
      network,
      kind,
      confidence,
      rule,
      times,
    })),
    returned: returned.map(returnedJson),
  };
}
