import { expect, it } from 'vitest';
import { columnKey } from '../../src/recipients/column-key.js';
import { findEmailColumns, findNameColumns, isEmailColumn } from '../../src/recipients/known-columns.js';

it.each([
  'Correo electrónico',
  'Correo electronico',
  'Correo electro\u0301nico',
  'Endereço de correio eletrônico',
  'διεύθυνση ηλεκτρονικού ταχυδρομείου',
  'E-mailová adresa',
])('takes %j for the column of the addresses', name => {
  expect(isEmailColumn(columnKey(name))).toBe(true);
  expect(findEmailColumns(['nombre', columnKey(name)])).toEqual([1]);
});

it('takes a whole question for nothing that it knows', () => {
  const question = columnKey('Quelle est votre adresse électronique ? Nous ne la donnons à personne.');
  expect(isEmailColumn(question)).toBe(false);
  expect(findNameColumns([question])).toEqual({ whole: [], parts: [] });
});
