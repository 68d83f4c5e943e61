import type { ServeEvent } from './events.js';

/** Of the limit: from here on there is a warning. */
const scarceShare = 0.8;
/** Of the limit: below it the warning ends. A server that stays at the bound would else be called scarce again and again. */
const enoughShare = 0.7;

/** Notices when a server has nearly as many file descriptors as it may: at the limit it takes no connection any more. */
export class DescriptorAlarm {
  #isScarce = false;

  look({ open, limit }: { readonly open: number; readonly limit: number }): ServeEvent | undefined {
    const isScarce = open >= limit * (this.#isScarce ? enoughShare : scarceShare);
    if (isScarce === this.#isScarce) return undefined;
    this.#isScarce = isScarce;
    return { kind: isScarce ? 'descriptors-scarce' : 'descriptors-enough', open, limit };
  }
}
