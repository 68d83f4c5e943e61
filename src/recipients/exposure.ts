/** Showing everybody's address to everybody is the classic accident of group mail. */
import { plural } from '../amount.js';
import { type Mailbox, printMailbox } from '../message/mailbox.js';
import { Problem } from '../problem.js';
import type { Recipient } from './recipient.js';

/** Who would see whom. */
export interface Exposure {
  readonly people: number;
  /** Addresses that stand in the header of every copy of group mail. */
  readonly visible: number;
  /** The first of those. */
  readonly shown: readonly Mailbox[];
  /** Lists and addresses as they were named, in order; at least six of them if there are more. */
  readonly names: readonly string[];
}

/** Addresses named in one sentence before it says how many more there are. */
const maxShown = 5;

/** Adds up recipients one at a time. */
export class ExposureSurvey implements Exposure {
  people = 0;
  visible = 0;
  readonly shown: Mailbox[] = [];
  readonly #names = new Set<string>();

  get names(): readonly string[] {
    return [...this.#names];
  }

  add({ role, mailbox, source }: Recipient): void {
    this.people += 1;
    if (this.#names.size <= maxShown) this.#names.add('file' in source ? source.file : mailbox.addrSpec);
    if (role === 'bcc') return;
    this.visible += 1;
    if (this.shown.length < maxShown) this.shown.push(mailbox);
  }
}

/**
 * @param maxVisible visible addresses that need no word from the user.
 * @param expose the number the user said is meant; has to be exact.
 * @returns Problem `exposure` with the command that shows nobody to nobody.
 */
export function checkExposure(
  exposure: Exposure,
  mode: 'group' | 'each',
  maxVisible: number,
  expose: number | undefined,
): Problem | undefined {
  if (mode === 'each') return undefined;
  const { people, visible, shown, names } = exposure;
  if (expose !== undefined && expose !== visible) {
    return new Problem(
      'exposure',
      `--expose ${expose}, but ${plural(visible, 'address would be', 'addresses would be')} visible`,
      {
        fix: `Look at the list; --expose ${visible} shows all of them to everybody.`,
      },
    );
  }
  if (visible <= maxVisible || expose === visible) return undefined;
  const more = visible > shown.length ? ` and ${visible - shown.length} more` : '';
  return new Problem(
    'exposure',
    `${plural(people, 'person', 'people')} would see these ${visible} addresses: ${shown.map(printMailbox).join(', ')}${more}`,
    {
      fix: `Send each a message of their own: ${eachCommand(names)}. Or pass --expose ${visible} if everybody may see everybody.`,
    },
  );
}

/** The flag to type, as long as it fits on a line and has nothing in it that a shell would read. */
function eachCommand(names: readonly string[]): string {
  const isPlain = names.every(text => /^[\w./-]+(?:\.(?:csv|tsv|ndjson|jsonl|json)|@[\w.-]+)$/i.test(text));
  return isPlain && names.length <= maxShown
    ? `--each ${names.join(',')}`
    : '--each with the same recipients, in place of --to, --cc and --bcc';
}
