import { expect, it } from 'vitest';
import { columnKey, findColumn } from '../../src/recipients/column-key.js';

it.each([
  'First\u2011Name',
  'First\u2010Name',
  'First Name',
  'first_name',
  'FIRST-NAME',
  'FirstName',
  ' first  name ',
  'first\nname',
])('takes %j for one name among others', name => {
  expect(columnKey(name)).toBe('firstname');
});

it('takes each blank out of a name, however many there are', () => {
  expect(columnKey(' \t\u00a0_-\u3000')).toBe('');
  expect(columnKey('> '.repeat(50_000))).toBe('>'.repeat(50_000));
  expect(columnKey('\u{1d49c} \ud83d')).toBe('\u{1d49c}\ud83d');
});

it('keeps names apart that other signs or accents tell apart', () => {
  expect(new Set(['Email', 'Email (Billing)', 'E-Mail 2', 'Émail'].map(columnKey)).size).toBe(4);
  expect(columnKey('Stra\u00dfe')).not.toBe(columnKey('Strasse'));
  expect(columnKey('a\u0308')).toBe(columnKey('\u00e4'));
});

it('finds a column as it is written, then in any case, then by its key', () => {
  const names = ['city', 'City', 'home-city', 'Home City', 'zip_code'];
  expect(
    ['city', 'City', 'Home City', 'zip code', ' ZIP-CODE '].map(name => findColumn(names, name)),
  ).toEqual([0, 1, 3, 4, 4]);
  expect(['CITY', 'homecity'].map(name => findColumn(names, name))).toEqual(['several', 'several']);
  expect(findColumn(names, 'town')).toBeUndefined();
});
