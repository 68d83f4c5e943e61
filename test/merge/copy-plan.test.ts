import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { type CompiledTemplate, compileTemplate } from '../../src/merge/compile-template.js';
import type { Composition } from '../../src/merge/composition.js';
import { type CopyRecipient, createCopyPlan, createTrial } from '../../src/merge/copy-plan.js';
import { parseLiquid, renderLiquid, type Scope } from '../../src/merge/liquid/liquid.js';
import { createScope } from '../../src/merge/scope.js';
import { type Attachment, composeMessage } from '../../src/message/compose.js';
import type { DkimSigner } from '../../src/message/dkim/signer.js';
import type { AddrSpec } from '../../src/message/mailbox.js';
import { deriveMessageId } from '../../src/message/message-id.js';
import { findBareLineEnd } from '../../src/smtp/dot-stuff.js';
import { openToken } from '../../src/tracking/token.js';
import { fc } from '../properties/fast-check.js';
import { testRing } from '../tracking/keys.js';

const context = {
  emailId: 'em_abcdefghijkl',
  emailNumber: 7,
  ring: testRing,
  purpose: 'pixel',
  attachments: [],
  readAttachment: async ({ path }: { path: string }) => Buffer.from(`octets of ${path}\n`),
  templatePath: 'msg',
} as const;

/** Every way a template puts text and values together. */
const templates: Readonly<Record<string, string>> = {
  'values in text': 'Hello {{ name }}, you are {{ n }}.\n\nBye\n',
  'conditions, with and without white space control':
    '{% if n == "1" %}One  {%- elsif n == "2" -%}   two {% else %}many\n\n{{- name -}}   {% endif %} end\n',
  'loops over values':
    '{% for c in items %}- {{ c }}, the {{ forloop.index }}.\n{% else %}none{% endfor %}tail\n',
  'loops over ranges': '{% for i in (1..3) %}Ä {{ i }} – {{ name }}\n{% endfor %}',
  'captured text': '{% capture greeting %}Hello   {{ name }} {% endcapture %}[{{ greeting | upcase }}]\n',
  'raw blocks': 'a {% raw %}{{ not liquid }} {%{% endraw %} b {{ name }}\n',
  comments: 'a {% comment %} {{ name }} hidden {% endcomment %}b {{ n }}\n',
  case: '{% case n %}{% when "1" %}one{% when "2" %}two ={% else %}other{% endcase %}.\n',
  'assigned values': '{% assign long = name | append: name | append: n %}{{ long }}{{ long }}\n',
  'values side by side': '{{ name }}{{ n }}{{ name }}{{ name }}{{ n }}\n',
  'nothing but a value': '{{ name }}',
  'long lines': `${'x'.repeat(200)}{{ name }}${'ü'.repeat(90)}{{ n }}${'word '.repeat(60)}\n`,
  'lines of dots': '.\n..\n.{{ name }}\n{{ n }}.\n.\n',
  'lines that begin with From': `From {{ name }}\n{{ name }} me\nF{{ n }} me\n{{ n }}rom me\nFrom {{ n }}\nFrom\n${'From there '.repeat(20)}{{ name }}{{ n }}\nFrom ${'x'.repeat(69)}\n`,
  'white space before line ends': 'a \n{{ name }} \n{{ n }}\t\n \n',
};

/** Letters that quoted-printable, SMTP or Liquid could trip over. */
const value = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.string({ minLength: 1, maxLength: 120, unit: 'grapheme' }),
  fc.constantFrom('=?utf-8?B?DQpCY2M6IGVAeA==?=', 'a =?x?= "b" <c@d>, e', 'Doe, Jane'),
  fc.constantFrom(
    '.',
    'F',
    'rom',
    'From',
    'From ',
    'From me',
    'x\nFrom me',
    'x\nF',
    '\n.',
    '.\n.',
    'From From ',
  ),
  fc.stringMatching(/^[ .=\n{}%<>&"'a-c\u00e4\u{1f600}]{1,40}$/u),
);
/** Characters a list is refused for, and values that count as none. */
const isListed = (text: string) =>
  text.trim() !== '' &&
  !/\p{Surrogate}/u.test(text) &&
  !/[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/.test(text);

describe('createCopyPlan', () => {
  it.each(Object.entries(templates))(
    'splices what building each message anew would give: %s',
    async (_, source) => {
      for (const path of ['msg.html', 'msg.txt']) {
        const template = await compileTemplate({ path, source }, 'About {{ n }}');
        const composition = compose(template.compiled);
        const plan = createCopyPlan(composition, context);
        const trial = createTrial(composition, context);
        await fc.assert(
          fc.asyncProperty(value.filter(isListed), value.filter(isListed), async (name, n) => {
            const one = recipient(name, n);
            const result = trial(one);
            fc.pre(result.ok);
            const { message } = await plan.make(one);
            const anew = await buildAnew(composition, one);
            expect(await decode(message)).toEqual(await decode(anew));
            expect(headerOf(message)).toBe(headerOf(anew));
            expect(longestBodyLine(message)).toBeLessThanOrEqual(76);
            expect(findBareLineEnd(message)).toBeUndefined();
            expect(Buffer.from(message).toString('latin1')).not.toMatch(/\nFrom |\n\.\r/);
            expect(Buffer.from(message).toString('latin1')).toMatch(/^[\x00-\x7f]*$/);
          }),
          { numRuns: 40 },
        );
      }
    },
  );
});

function compose(template: CompiledTemplate): Composition {
  return {
    version: 1,
    mode: 'each',
    reversePath: 'anthony@example.com',
    from: { name: 'Änthony', addrSpec: 'anthony@example.com' as AddrSpec },
    replyTo: [],
    to: [],
    cc: [],
    date: 'Mon, 23 Nov 2026 09:00:00 +0000',
    messageId: '<abcdefghijklmnopqrstuvwxyz@example.com>',
    headerFields: [{ name: 'X-Team', value: 'möwe' }],
    boundary: 'kjhgfdsaqwertzuiopmn',
    template,
    set: [],
    defaults: [],
    attachments: [],
    tokenFormat: 'sealed',
    folder: '/',
    sources: [],
  };
}

function recipient(name: string, n: string): CopyRecipient {
  return {
    recipientNumber: 4_711,
    emailAddress: 'alice@example.com',
    name: name.replaceAll(/\s+/g, ' '),
    role: 'to',
    tracked: false,
    fields: new Map([
      ['name', name],
      ['n', n.replaceAll(/\s+/g, ' ')],
      ['items', n],
    ]),
    attachments: [],
  };
}

/** The whole message through the builder, as if there were no other. */
async function buildAnew(
  composition: Composition,
  one: CopyRecipient,
  attachments: readonly Attachment[] = [],
): Promise<Uint8Array> {
  const { template, from, replyTo, cc, date, headerFields } = composition;
  const scope = createScope(one, {
    set: new Map(),
    defaults: new Map(),
    emailId: context.emailId,
    unsubscribeUrl: undefined,
    stopTrackingUrl: undefined,
    pixel: '',
  });
  return composeMessage(
    {
      from,
      replyTo,
      to: [{ name: one.name, addrSpec: one.emailAddress as AddrSpec }],
      cc,
      subject: render('text', template.subject, scope),
      date,
      messageId: deriveMessageId(composition.messageId, one.recipientNumber),
      references: [],
      fields: headerFields,
    },
    {
      text: render('text', template.text, scope),
      html: template.html === undefined ? undefined : render('html', template.html, scope),
      attachments,
    },
    composition.boundary,
  );
}

function render(kind: 'html' | 'text', source: string, scope: Scope): string {
  const rendered = renderLiquid(parseLiquid(kind, source, { place: { file: 'msg' }, lineOffset: 0 }), scope);
  if (!rendered.ok) throw new Error('not rendered');
  return rendered.text;
}

async function decode(message: Uint8Array): Promise<unknown> {
  const { subject, to, html, text } = await PostalMime.parse(message);
  const body = (content = '') => content.replaceAll('\r\n', '\n').replace(/\n*$/, '');
  return { subject, to, html: body(html), text: body(text) };
}

/** Without the encoding of a body, which the builder chooses by what is in it. */
function headerOf(message: Uint8Array): string {
  const text = Buffer.from(message).toString('latin1');
  return text.slice(0, text.indexOf('\r\n\r\n')).replace(/Content-Transfer-Encoding: .*\r\n/, '');
}

function longestBodyLine(message: Uint8Array): number {
  const text = Buffer.from(message).toString('latin1');
  const lines = text.slice(text.indexOf('\r\n\r\n')).split('\r\n');
  return Math.max(...lines.map(line => line.length));
}

describe('attachments', () => {
  const logo = { filename: 'logo.png', content: Buffer.from('logo'), contentId: 'logo@mailtrack' };
  const terms = { filename: 'terms.pdf', content: Buffer.alloc(500, 'terms ') };
  const own = (path: string) => ({ path, filename: path, sha256: 'not looked at here' });
  const cases = ['msg.html', 'msg.txt'].flatMap(file =>
    [[], [terms], [logo], [logo, terms]].flatMap(shared =>
      [[], [own('ä.pdf')], [own('one.pdf'), own('two.csv')]].map(mine => {
        const names = [...shared, ...mine].map(({ filename }) => filename);
        return [`${file} with ${names.join(', ') || 'none'}`, file, shared, mine] as const;
      }),
    ),
  );

  it.each(cases)('of one copy are where the builder puts them: %s', async (_, file, shared, mine) => {
    const { compiled } = await compileTemplate({ path: file, source: 'Hällo {{ name }}\n' }, 'S');
    // As a plain text template is sent when nothing is tracked.
    const template = file === 'msg.txt' ? { ...compiled, html: undefined } : compiled;
    const composition = compose(template);
    const plan = createCopyPlan(composition, { ...context, attachments: shared });
    const one = { ...recipient('Ännchen', '1'), attachments: mine };
    const contents = await Promise.all(
      mine.map(async ({ path, filename }) => ({
        filename,
        content: await context.readAttachment({ path }),
      })),
    );
    const { message } = await plan.make(one);
    expect(Buffer.from(message).toString()).toBe(
      Buffer.from(await buildAnew(composition, one, [...shared, ...contents])).toString(),
    );
    const { attachments } = await PostalMime.parse(message);
    expect(attachments.map(({ filename }) => filename)).toEqual(
      [...shared, ...contents].map(({ filename }) => filename),
    );
    expect(Buffer.from(message).toString().includes('multipart/mixed')).toBe(
      mine.length > 0 || shared.some(attachment => !('contentId' in attachment) || file === 'msg.txt'),
    );
    const without = await plan.make({ ...one, attachments: [] });
    expect((await PostalMime.parse(without.message)).attachments).toHaveLength(shared.length);
  });

  it('are in the body that is signed', async () => {
    const { compiled } = await compileTemplate({ path: 'msg.html', source: '<p>Hello</p>' }, 'S');
    let signed = '';
    const signer: DkimSigner = {
      sign: async ({ body }) => {
        signed = Buffer.concat(body).toString();
        return Buffer.from('DKIM-Signature: x\r\n');
      },
    };
    const plan = createCopyPlan(compose(compiled), { ...context, signer });
    await plan.make({ ...recipient('Alice', '1'), attachments: [own('one.pdf')] });
    expect(signed).toContain(Buffer.from('octets of one.pdf\n').toString('base64'));
  });

  it('are read for their own copy and let go of with it', async () => {
    const read: string[] = [];
    const { compiled } = await compileTemplate({ path: 'msg.html', source: '<p>Hello</p>' }, 'S');
    const readAttachment = async ({ path }: { path: string }) => {
      read.push(path);
      return Buffer.from(path);
    };
    const plan = createCopyPlan(compose(compiled), { ...context, readAttachment });
    expect(read).toEqual([]);
    await plan.make({ ...recipient('Alice', '1'), attachments: [own('one.pdf')] });
    await plan.make({ ...recipient('Bob', '2'), attachments: [] });
    await plan.make({ ...recipient('Alice', '1'), attachments: [own('one.pdf')] });
    expect(read).toEqual(['one.pdf', 'one.pdf']);
  });

  it('of a megabyte are in memory once, for everybody and for those who get the same file of their own', async () => {
    const { compiled } = await compileTemplate({ path: 'msg.html', source: '<p>Hello {{ name }}</p>' }, 'S');
    const attachments = [{ filename: 'all.bin', content: Buffer.alloc(1_000_000, 'a') }];
    const readAttachment = async () => Buffer.alloc(1_000_000, 'b');
    const plan = createCopyPlan(compose(compiled), { ...context, attachments, readAttachment });
    const alice = await plan.make({ ...recipient('Alice', '1'), attachments: [own('one.pdf')] });
    const bob = await plan.make({ ...recipient('Bob', '2'), attachments: [own('one.pdf')] });
    const large = (copy: typeof alice) => copy.octets.filter(({ length }) => length > 1_000_000);
    expect(large(alice)).toHaveLength(2);
    expect(large(alice).every((piece, index) => piece === large(bob)[index])).toBe(true);
    expect(Buffer.concat(alice.octets).equals(alice.message)).toBe(true);
  });
});

it('gives an email no field that it was not begun with', async () => {
  const source = '<a href="{{ unsubscribe_url }}">No more</a>';
  const template = await compileTemplate({ path: 'msg.html', source }, 'S');
  const begun = { ...compose(template.compiled), trackingUrl: 'https://t.example.com' };
  const { message } = await createCopyPlan(begun, context).make(recipient('Alice', '1'));
  expect(headerOf(message)).not.toContain('List-');
  const { message: later } = await createCopyPlan({ ...begun, oneClick: true }, context).make(
    recipient('Alice', '1'),
  );
  expect(headerOf(later)).toMatch(
    /\r\nList-Unsubscribe: <https:\/\/t\.example\.com\/unsubscribe\/[a-z0-9]+>\r\n/,
  );
});

it.each([
  ['by its name', '{{ unsubscribe_url }}'],
  ['by a name that only the row knows', '{{ [items] }}'],
  ['by such a name in a tag', '{% if [items] contains "https" %}{{[items]}}{% endif %}'],
  ['behind brackets that are text', 'a [b] {{ n }} [c] {{ [items] }}'],
  ['behind brackets in other braces', '{ [b] } {{ n }} { } {{ [items] }}'],
])('has the link to unsubscribe that a template asks for %s', async (_, source) => {
  const { compiled } = await compileTemplate({ path: 'msg.txt', source }, 'S');
  const plan = createCopyPlan({ ...compose(compiled), trackingUrl: 'https://t.example.com' }, context);
  const fields = new Map([...recipient('Alice', '1').fields, ['items', 'unsubscribe_url']]);
  const { message } = await plan.make({ ...recipient('Alice', '1'), fields });
  const { text } = await PostalMime.parse(message);
  expect(text).toMatch(/https:\/\/t\.example\.com\/unsubscribe\/[a-z2-7]{44}/);
});

it('seals the id of a copy for no other use, and for a rehearsal as one', async () => {
  const begun = {
    ...compose((await compileTemplate({ path: 'msg.txt', source: 'Hi' }, 'S')).compiled),
    copyId: true as const,
  };
  const idOf = async (purpose: 'pixel' | 'rehearsal') => {
    const { message } = await createCopyPlan(begun, { ...context, purpose }).make(recipient('Alice', '1'));
    return openToken(context.ring, /\r\nX-Copy-Id: ([a-z2-7]{44})\r\n/.exec(headerOf(message))?.[1] ?? '')
      ?.purpose;
  };
  expect([await idOf('pixel'), await idOf('rehearsal')]).toEqual(['copy', 'rehearsal']);
});

describe('signing', () => {
  it('puts the signature of header and body before the header, the same for the same copy', async () => {
    const template = await compileTemplate({ path: 'msg.html', source: '<p>Hello {{ name }}</p>' }, 'S');
    const composition = compose(template.compiled);
    const signed: { header: string; body: string }[] = [];
    const signer: DkimSigner = {
      sign: async ({ header, body }) => {
        signed.push({ header: Buffer.from(header).toString(), body: Buffer.concat(body).toString() });
        return Buffer.from('DKIM-Signature: x\r\n');
      },
    };
    const plan = createCopyPlan(composition, { ...context, signer });
    const { message } = await plan.make(recipient('Alice', '1'));
    const { message: unsigned } = await createCopyPlan(composition, context).make(recipient('Alice', '1'));
    expect(Buffer.from(message).toString()).toBe(`DKIM-Signature: x\r\n${Buffer.from(unsigned).toString()}`);
    expect(signed.map(({ header, body }) => header + body)).toEqual([Buffer.from(unsigned).toString()]);
    expect(signed[0]?.header).toMatch(/\r\n\r\n$/);
    expect(signed[0]?.header.trimEnd()).not.toContain('\r\n\r\n');
  });
});
