import { trimBlanks } from '../message/blanks.js';
import { type AddrSpec, parseAddrSpec } from '../message/mailbox.js';
import type { ListFlags } from './list-flags.js';

/** Google Contacts writes ` ::: ` between the addresses of one person; people write the others. */
const separator = /:::|[;,\r\n]| [/|] /;

/** Characters. Each address with international letters in its domain takes a library tenths of a millisecond. */
const longestCell = 10_000;

/** What the cell of the address column holds. */
export type CellAddresses =
  | { readonly kind: 'addresses'; readonly addresses: readonly AddrSpec[] }
  /** Nobody has said whom they mean. */
  | { readonly kind: 'several'; readonly count: number }
  | { readonly kind: 'invalid'; readonly piece: string; readonly why: string };

/** @param several undefined: a cell with several addresses names nobody. */
export function readAddresses(cell: string, several: ListFlags['severalAddresses']): CellAddresses {
  const whole = parseAddrSpec(cell);
  if (whole.ok) return { kind: 'addresses', addresses: [whole.value] };
  if (cell.length > longestCell)
    return {
      kind: 'invalid',
      piece: cell,
      why: `more than ${longestCell.toLocaleString('en')} characters`,
    };
  const pieces = cell
    .split(separator)
    .map(trimBlanks)
    .filter(piece => piece !== '')
    .map(piece => ({ piece, addrSpec: parseAddrSpec(piece) }));
  const addresses = pieces.flatMap(({ addrSpec }) => (addrSpec.ok ? [addrSpec.value] : []));
  if (addresses.length < 2) return { kind: 'invalid', piece: cell, why: whole.why };
  if (several === undefined) return { kind: 'several', count: addresses.length };
  for (const { piece, addrSpec } of pieces) {
    if (!addrSpec.ok) return { kind: 'invalid', piece, why: addrSpec.why };
  }
  return { kind: 'addresses', addresses: several === 'first' ? addresses.slice(0, 1) : addresses };
}
