import { plural } from '../../amount.js';
import type { ListFlags } from '../../recipients/list-flags.js';
import { guardedRow, suppressionColumns } from '../../recipients/report-list.js';
import { openReaderIfAny } from '../../store/open-reader.js';
import { openStore, type Store } from '../../store/open-store.js';
import { systemClock } from '../../system/clock.js';
import { systemFiles } from '../../system/files.js';
import { readWorkbookApart } from '../../system/workbook-apart.js';
import { printJson } from '../../terminal/json.js';
import { printJsonLists } from '../../terminal/json-lists.js';
import { suppressionLines, suppressionObject } from '../../terminal/suppressions-view.js';
import { createTimeFormat } from '../../time-format.js';
import type { SuppressedPerson } from '../../workflow/ports.js';
import { importSuppressions, type Suppressed, suppress, unsuppress } from '../../workflow/suppress.js';
import { type Context, createContext } from '../context.js';
import { readKeyRing } from '../key-ring.js';
import type { GlobalOptions } from '../options.js';
import { terminalWidth } from '../output.js';

const schema = 'mailtrack.suppress/1';

export async function runSuppressAdd(
  addresses: readonly string[],
  options: GlobalOptions & { readonly reason?: string },
): Promise<void> {
  const context = await createContext(options);
  await change(context, async store => {
    const ports = { list: store.suppressionList, clock: systemClock };
    tellAdded(context, await suppress(addresses, options.reason?.trim() ?? '', ports));
  });
}

export async function runSuppressImport(
  path: string,
  options: GlobalOptions & ListFlags & { readonly reason?: string; readonly skipInvalid?: boolean },
): Promise<void> {
  const context = await createContext(options);
  const file = {
    ...options,
    path,
    reason: options.reason?.trim() ?? '',
    skipInvalid: options.skipInvalid === true,
  };
  await change(context, async store => {
    const ports = {
      list: store.suppressionList,
      clock: systemClock,
      files: systemFiles,
      readWorkbook: readWorkbookApart,
    };
    tellAdded(context, await importSuppressions(file, ports));
  });
}

export async function runSuppressRemove(
  addresses: readonly string[],
  options: GlobalOptions & { readonly unsubscribed?: boolean; readonly forgotten?: boolean },
): Promise<void> {
  const context = await createContext(options);
  const { output, json } = context;
  await change(context, async store => {
    const ports = {
      list: store.suppressionList,
      reader: store.reader,
      people: store.people,
      readRing: readKeyRing,
    };
    const { removed, unknown } = await unsuppress(
      addresses,
      { unsubscribed: options.unsubscribed === true, forgotten: options.forgotten === true },
      ports,
    );
    if (json) output.data(printJson({ schema, removed, unknown }));
    if (json) return;
    output.say(
      `${plural(removed, 'address', 'addresses')} taken off the list of those who are never mailed.`,
    );
    for (const address of unknown) output.say(`  ${address} was not on it.`);
  });
}

/** A few screens. */
const defaultLimit = 100;

export async function runSuppressList(options: GlobalOptions & { readonly limit?: number }): Promise<void> {
  const context = await createContext(options);
  const { output, json } = context;
  const limit = options.limit ?? (json ? Number.POSITIVE_INFINITY : defaultLimit);
  if (json) {
    const objects = async function* () {
      for await (const batch of everybody(context, 'newest', limit)) yield batch.map(suppressionObject);
    };
    const lists = [{ name: 'suppressions', batches: objects() }];
    for await (const piece of printJsonLists({ schema: 'mailtrack.suppressions/1' }, lists))
      output.text(piece);
    return;
  }
  const shown: SuppressedPerson[] = [];
  for await (const batch of everybody(context, 'newest', limit + 1)) shown.push(...batch);
  if (shown.length === 0) {
    output.say('Nobody is on the list of those who are never mailed.');
    return;
  }
  const shape = { time: createTimeFormat(new Date()), width: terminalWidth(output.stdout) };
  for (const line of suppressionLines(shown.slice(0, limit), shape)) output.data(line);
  if (shown.length > limit)
    output.say('There are more: --limit shows them, `mailtrack suppress export` has all.');
}

export async function runSuppressExport(options: GlobalOptions): Promise<void> {
  const context = await createContext(options);
  context.output.text(guardedRow(suppressionColumns));
  for await (const batch of everybody(context, 'address', Number.POSITIVE_INFINITY))
    context.output.text(batch.map(row).join(''));
}

function row({ emailAddress, kind, reason, since }: SuppressedPerson): string {
  return guardedRow([emailAddress, kind, reason, since.toISOString()]);
}

/** No database is made for this: then nobody is on the list. */
async function* everybody(
  { storeUrl }: Context,
  order: 'address' | 'newest',
  limit: number,
): AsyncGenerator<readonly SuppressedPerson[], void, void> {
  const store = await openReaderIfAny(storeUrl);
  if (store === undefined) return;
  let left = limit;
  try {
    for await (const batch of store.reader.readAllSuppressions(order)) {
      yield batch.slice(0, left);
      left -= batch.length;
      if (left <= 0) return;
    }
  } finally {
    store.close();
  }
}

async function change({ storeUrl }: Context, act: (store: Store) => Promise<void>): Promise<void> {
  const store = await openStore(storeUrl);
  try {
    await act(store);
  } finally {
    await store.close();
  }
}

function tellAdded({ output, json }: Context, { added, known, notices }: Suppressed): void {
  if (json) {
    output.data(printJson({ schema, added, known, notices }));
    return;
  }
  output.say(
    `${plural(added, 'address', 'addresses')} added to the list of those who are never mailed${known > 0 ? `; ${known} on it already` : ''}.`,
  );
  for (const notice of notices) output.say(`  ${notice}`);
}
