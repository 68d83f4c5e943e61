import { expect, it } from 'vitest';
import { hideSecretsIn } from '../../src/smtp-client/hide-secrets.js';

const login = { user: 'anthony', password: 'canary-4711' };

it.each([
  ['as it is', '501 canary-4711 is no name', '501 ******** is no name'],
  [
    'as AUTH PLAIN sends it',
    `501 ${Buffer.from('\0anthony\0canary-4711').toString('base64')}`,
    '501 ********',
  ],
  [
    'as AUTH PLAIN sends it with an identity',
    `501 ${Buffer.from('anthony\0anthony\0canary-4711').toString('base64')}`,
    '501 ********',
  ],
  ['as AUTH LOGIN sends it', `501 ${Buffer.from('canary-4711').toString('base64')} no`, '501 ******** no'],
  ['as AUTH LOGIN sends it, without the "="', '501 Y2FuYXJ5LTQ3MTE no', '501 ******** no'],
  ['twice', '501 canary-4711 canary-4711', '501 ******** ********'],
  ['not at all', '501 not that name', '501 not that name'],
])('takes the password out of a reply that has it %s', (_, reply, shown) => {
  expect(hideSecretsIn(login, reply)).toBe(shown);
});

it('changes no reply to somebody who does not log in', () => {
  expect(hideSecretsIn({}, '501 not that name')).toBe('501 not that name');
});
