/** Cells that say `no` to a condition that tests them alone (`merge/bare-conditions.ts`), found while the list is checked. */
import { type BareCondition, bareConditionNotice, meansNo } from '../merge/bare-conditions.js';
import { fieldIdentifier } from '../merge/scope.js';
import type { TemplateNotice } from '../merge/template-notice.js';
import type { Fields, Recipient } from '../recipients/recipient.js';

export class BareCells {
  /** Conditions whose field nobody has said `no` for yet. */
  readonly #waiting: Map<string, BareCondition>;
  readonly #found: TemplateNotice[] = [];

  /** @param set values of `--set`, for everybody. */
  constructor(conditions: ReadonlyMap<string, BareCondition>, set: Fields) {
    this.#waiting = new Map(conditions);
    this.#look(
      set,
      () => '--set',
      field => `leave out --set ${field}`,
    );
  }

  add({ fields, source }: Recipient): void {
    if (this.#waiting.size === 0) return;
    const giver = () =>
      'flag' in source ? 'the list' : `${source.file}${source.line === undefined ? '' : `:${source.line}`}`;
    this.#look(fields, giver, () => 'leave the cell empty');
  }

  /** One for each field, in the order of the list. */
  notices(): readonly TemplateNotice[] {
    return this.#found;
  }

  #look(fields: Fields, giver: () => string, remedy: (field: string) => string): void {
    if (this.#waiting.size === 0) return;
    for (const [name, value] of fields) {
      if (!meansNo(value)) continue;
      const field = this.#waiting.has(name) ? name : fieldIdentifier(name);
      const condition = this.#waiting.get(field);
      if (condition === undefined) continue;
      this.#waiting.delete(field);
      this.#found.push(
        bareConditionNotice(field, condition, { value, giver: giver(), remedy: remedy(field) }),
      );
    }
  }
}
