import { expect, it } from 'vitest';
import type { EmailDraft } from '../../src/workflow/read-draft.js';
import { named, plainest } from '../golden/golden-case.js';
import { planGolden } from '../golden/make-mail.js';

const files = { 'msg.html': '<p>Hello</p>\n', 'people.csv': 'email\nalice@example.com\n' };
const plan = (options: Partial<EmailDraft>) =>
  planGolden({ name: 'anchor', files, options, expected: plainest });

it('is stored with group mail that leaves through a relay with Message-IDs of its own, and the plan says so', async () => {
  const { plan: shown, email } = await plan({ smtpHost: 'smtp-relay.brevo.com' });
  expect(JSON.parse(email.composition)).toMatchObject({ threadAnchor: true });
  expect(shown.warnings).toEqual([
    'smtp-relay.brevo.com gives every copy a Message-ID of its own; replies find each other by References, which all copies share',
  ]);
});

it.each<[string, Partial<EmailDraft>]>([
  ['through another server', { smtpHost: 'smtp.example.com' }],
  ['in a dry run without a server', { smtpHost: undefined }],
  [
    'where each message has an id of its own anyway',
    { smtpHost: 'smtp-relay.brevo.com', ...named({ each: ['people.csv'] }) },
  ],
])('is not there %s', async (_, options) => {
  const { plan: shown, email } = await plan(options);
  expect(JSON.parse(email.composition)).not.toHaveProperty('threadAnchor');
  expect(shown.warnings).toEqual([]);
});
