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
  [
    'a header that is larger than servers take',
    {
      ...named({
        to: Array.from({ length: 1_000 }, (_, index) => `${'Ü'.repeat(20)} <person${index}@example.com>`),
      }),
      expose: 1_000,
    },
    [
      'message-too-large | the header of every copy has 199 KB; servers refuse more than 100 KB | Put recipients into --bcc, or send each a message of their own with --each.',
    ],
  ],
  [
    'a field of that size',
    { headers: [`X-Long: ${'word '.repeat(25_000)}end`] },
    [
      'message-too-large | the header of every copy has 126 KB; servers refuse more than 100 KB | Shorten the subject and the --header values.',
    ],
  ],
  [
    'merge fields where there are none',
    {
      headers: ['X-Campaign: {{ campaign }}'],
      from: '"*|SENDER|*" <a@example.com>',
      replyTo: 'undefined <b@example.com>',
    },
    [
      '"{{ campaign }}" is left over in --header X-Campaign',
      '"*|SENDER|*" is left over in the name of a@example.com',
      '"undefined" is left over in the name of b@example.com',
    ].map(
      what =>
        `template-placeholder | ${what} | Merge fields work in the template and in the subject. Or pass --allow-placeholders if it is meant to be read.`,
    ),
  ],
])('refuses %s', async (_, options, problems) => {
  expect((await problemsOf(options)).map(said)).toEqual(problems);
});

it('takes what seems left over in the header when it is meant, and warns', async () => {
  const planned = problemsOf({ headers: ['X-Campaign: {{ campaign }}'], allowPlaceholders: true });
  await expect(planned).rejects.toMatchObject({
    plan: { warnings: ['"{{ campaign }}" is left over in --header X-Campaign'] },
  });
});

it.each(['to', 'each'])('warns of two addresses of one mailbox, named with --%s', async how => {
  const both = ['bob@example.com', 'bob+news@example.com'];
  await expect(problemsOf(named({ [how]: both }))).rejects.toMatchObject({
    plan: {
      warnings: [
        '1 address may reach a mailbox that is named already: bob+news@example.com (bob@example.com)',
      ],
    },
  });
});

it('refuses a value of the front matter that reads like a merge field, with its place', async () => {
  const files = {
    'msg.md': '---\nsubject: Hello\ncompany: "{{ firm }}"\n---\n\nFrom {{ company }}\n',
    'people.csv': 'email,company\nalice@example.com,\nbob@example.com,Bob & Co\n',
  };
  const golden = {
    name: 'refused',
    files,
    options: named({ each: ['people.csv'] }),
    expected: undefined as never,
  };
  const error = await planGolden(golden).catch((error: unknown) => error);
  expect((error as Problems).problems.map(({ message, where, fix }) => [message, where, fix])).toEqual([
    [
      '"{{ firm }}" is left over in 1 of 2 copies',
      { file: 'msg.md', line: 3, column: 11 },
      'Correct the value in the front matter. Or pass --allow-placeholders if it is meant to be read.',
    ],
  ]);
});

it('refuses a name in the header that nobody filled in, with its row', async () => {
  const files = {
    'msg.html': '<p>Hello</p>\n',
    'people.csv':
      'email,name\nalice@example.com,Alice\nbob@example.com,%FIRSTNAME%\ncarol@example.com,%LASTNAME%\n',
  };
  for (const whom of [named({ each: ['people.csv'] }), named({ to: ['@people.csv'] })]) {
    const golden = { name: 'refused', files, options: whom, expected: undefined as never };
    const error = await planGolden(golden).catch((error: unknown) => error);
    expect((error as Problems).problems.map(({ message, where }) => [message, where?.line])).toEqual([
      ['"%FIRSTNAME%" is left over in 2 of 3 copies: people.csv:3, people.csv:4', 3],
    ]);
  }
});

it('refuses a field of the name that tells whose copy came back, where copies have it', async () => {
  const headers = ['x-copy-id: 1'];
  expect((await problemsOf({ headers })).map(said)).toEqual([
    'header-value | --header x-copy-id: copies have this field already | Give the field another name.',
  ]);
});

it('refuses a link to unsubscribe beside the one that copies have, and takes it where they have none', async () => {
  const headers = [
    'List-unsubscribe: <https://example.com/no>',
    'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
  ];
  const template = '<a href="{{ unsubscribe_url }}">No more</a>';
  const why = 'copies have this field already, for {{ unsubscribe_url }} or --list-unsubscribe';
  const fix = 'Leave it out, or put a link of your own into the template.';
  expect((await problemsOf({ headers }, template)).map(said)).toEqual([
    `header-value | --header List-unsubscribe: ${why} | ${fix}`,
    `header-value | --header List-Unsubscribe-Post: ${why} | ${fix}`,
  ]);
  await expect(problemsOf({ headers })).rejects.toMatchObject({
    composition: { headerFields: { length: 2 } },
  });
});
