/** What is refused before there is a message, with all that is said. */
import { expect, it } from 'vitest';
import { type Problem, Problems } from '../../src/problem.js';
import type { EmailDraft } from '../../src/workflow/read-draft.js';
import { named } from './golden-case.js';
import { planGolden } from './make-mail.js';

async function problemsOf(
  options: Partial<EmailDraft>,
  template = '<p>Hello</p>\n',
): Promise<readonly Problem[]> {
  const golden = { name: 'refused', files: { 'msg.html': template }, options };
  const error = await planGolden({ ...golden, expected: undefined as never }).catch(
    (error: unknown) => error,
  );
  // What is planned is thrown too: nothing was refused.
  if (!(error instanceof Problems)) throw error;
  return error.problems;
}

const said = ({ code, message, fix }: Problem) =>
  [code, message, ...(fix === undefined ? [] : [fix])].join(' | ');

it.each<[string, Partial<EmailDraft>, readonly string[]]>([
  [
    'a field that every message has, and one that is given twice, in any case of its letters',
    { headers: ['SUBJECT: Other', 'X-A: 1', 'x-a: 2'] },
    [
      'header-value | --header "SUBJECT: Other": SUBJECT is set by mailtrack; use its own flag or leave it out',
      'header-value | --header x-a is given twice',
    ],
  ],
  [
    'more senders than one',
    { from: 'a@example.com, b@example.com' },
    ['address-syntax | the sender "a@example.com, b@example.com" is not a mailbox: two "@"'],
  ],
  [
    'an international address that stands in every copy',
    named({ to: ['bücher@example.com', 'alice@example.com'], bcc: ['用户@example.com'] }),
    [
      'address-syntax | bücher@example.com has letters beyond ASCII before the "@", and stands in every copy | Use --bcc or --each for such recipients, and another address as sender.',
    ],
  ],
  [
    'an answer to what is no message id',
    { inReplyTo: 'question.42@example.org' },
    [
      'header-value | --in-reply-to "question.42@example.org" is not a message id | Copy it whole, with its angle brackets: <…@…>.',
    ],
  ],
])('refuses %s', async (_, options, problems) => {
  expect((await problemsOf(options)).map(said)).toEqual(problems);
});

it('refuses a link to unsubscribe beside the one that copies have, and takes it where they have none', async () => {
  const headers = [
    'List-unsubscribe: <https://example.com/no>',
    'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
  ];
  const template = '<a href="{{ unsubscribe_url }}">No more</a>';
  const why = 'copies have this field already, since the template has {{ unsubscribe_url }}';
  const fix = 'Leave it out, or put a link of your own into the template.';
  expect((await problemsOf({ headers }, template)).map(said)).toEqual([
    `header-value | --header List-unsubscribe: ${why} | ${fix}`,
    `header-value | --header List-Unsubscribe-Post: ${why} | ${fix}`,
  ]);
  await expect(problemsOf({ headers })).rejects.toMatchObject({
    composition: { headerFields: { length: 2 } },
  });
});
