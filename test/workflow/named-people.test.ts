import { describe, expect, it } from 'vitest';
import { createAddressBook } from '../../src/recipients/address-book.js';
import { readNamedPeople } from '../../src/workflow/named-people.js';
import { MemoryFiles } from './memory-files.js';

const list = (address: string, more = '') => `email${more === '' ? '' : ',role'}\n${address}${more}\n`;
const files = new MemoryFiles({
  'a.csv': list('a@x.example'),
  'b.csv': list('b@x.example'),
  'Doe, Jane.csv': list('jane@x.example'),
  'a.csv,b.csv': list('both@x.example'),
  'lists@2026/people.csv': list('people@x.example'),
  'team@work.csv': list('team@x.example'),
  'roles.csv': list('role@x.example', ',Speaker'),
});

async function read(flag: 'to' | 'each', ...values: readonly string[]) {
  const named = { to: [], cc: [], bcc: [], each: [], [flag]: values };
  const people = await readNamedPeople(
    { named, consentNeeded: false, where: [] },
    { files, addressBook: createAddressBook([], new Map()) },
  );
  const items: string[] = [];
  for await (const item of people.read())
    items.push('problem' in item ? item.problem.message : `${item.role} ${item.mailbox.addrSpec}`);
  return items;
}

describe('a list', () => {
  it.each([
    ['Doe, Jane.csv', ['to jane@x.example']],
    ['@Doe, Jane.csv', ['to jane@x.example']],
    ['@"Doe, Jane.csv",a.csv', ['to jane@x.example', 'to a@x.example']],
    ['@a.csv,@b.csv', ['to a@x.example', 'to b@x.example']],
    ['a.csv,b.csv', ['to both@x.example']],
    ['b.csv,a.csv', ['to b@x.example', 'to a@x.example']],
    ['lists@2026/people.csv', ['to people@x.example']],
    ['@lists@2026/people.csv', ['to people@x.example']],
    ['team@work.csv', ['to team@x.example']],
    ['somebody@work.csv', ['to somebody@work.csv']],
  ])('may have a name with a comma or an @ in it: %s', async (value, people) => {
    expect(await read('each', value)).toEqual(people);
  });

  it('that is not there is named as a list when its name has a folder', async () => {
    expect(await read('each', 'lists@2027/people.csv')).toEqual(['lists@2027/people.csv does not exist']);
  });

  it('may have roles with another meaning with --each', async () => {
    expect(await read('each', 'roles.csv')).toEqual(['to role@x.example']);
    expect(await read('to', 'roles.csv')).toEqual(['"Speaker" is not a role']);
  });
});
