import { describe, expect, it } from 'vitest';
import {
  addrSpecKey,
  domainOf,
  needsSmtpUtf8,
  parseAddrSpec,
  parseMailbox,
  printMailbox,
  splitMailboxList,
} from '../../src/message/mailbox.js';
import { fc } from '../properties/fast-check.js';
import { hostileAddresses } from './hostile.js';

const accepted = (value: unknown) => ({ ok: true, value });
const refusal = (why: string) => ({ ok: false, why });
const label = 'b'.repeat(63);

describe('parseAddrSpec', () => {
  it.each([
    ['alice@example.com', 'alice@example.com'],
    ['Alice.B@EXAMPLE.com', 'Alice.B@example.com'],
    ['bob@localhost', 'bob@localhost'],
    ['a+b=c_d-e@x-y.example', 'a+b=c_d-e@x-y.example'],
    ["o'neil#$&*?^`{|}~@x.example", "o'neil#$&*?^`{|}~@x.example"],
    ['jane@faß.de', 'jane@xn--fa-hia.de'],
    ['jane@FAß.de', 'jane@xn--fa-hia.de'],
    ['jane@bücher.example', 'jane@xn--bcher-kva.example'],
    ['jane@bu\u0308cher.example', 'jane@xn--bcher-kva.example'],
    ['jane@ΑΣ.example', 'jane@xn--mxa0b.example'],
    ['jane@日本.example', 'jane@xn--wgv71a.example'],
    ['jane@ü.XN--FA-HIA.de', 'jane@xn--tda.xn--fa-hia.de'],
    ['jane@1and1.4.example', 'jane@1and1.4.example'],
    ['jane@r3---sn.example', 'jane@r3---sn.example'],
    ['bücher@example.com', 'bücher@example.com'],
    ['用户@例.example', '用户@xn--fsq.example'],
    [`${'a'.repeat(64)}@x.example`, `${'a'.repeat(64)}@x.example`],
    [`a@${label}.example`, `a@${label}.example`],
  ])('takes %s as %s', (text, addrSpec) => {
    expect(parseAddrSpec(text)).toEqual(accepted(addrSpec));
  });

  it.each(hostileAddresses.map(({ text, why }) => [text, why]))('refuses %j: %s', (text, why) => {
    expect(parseAddrSpec(text)).toEqual(refusal(why));
  });

  it('never throws, and what it takes has one "@", nothing invisible and a domain of host name labels', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.emailAddress(),
      fc.string({ unit: fc.constantFrom(...'aB1.-@@ü\u0308ß\u00ADⅷ。"(<\r\u202E\u200D xn日\uD800') }),
      fc
        .tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }))
        .map(parts => parts.join('@')),
    );
    fc.assert(
      fc.property(hostile, text => {
        const result = parseAddrSpec(text);
        if (!result.ok) {
          expect(result.why).not.toBe('');
          return;
        }
        expect(result.value.split('@')).toHaveLength(2);
        expect(result.value).not.toMatch(/[\s\p{C}\p{Default_Ignorable_Code_Point}]/u);
        expect(domainOf(result.value)).toMatch(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/);
        expect(result.value.split('@')[0]).toBe(text.split('@')[0]);
        expect(parseAddrSpec(result.value)).toEqual(result);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('parseMailbox', () => {
  it.each([
    ['a@b', '', 'a@b'],
    ['  a@b\t', '', 'a@b'],
    ['<a@b>', '', 'a@b'],
    ['Jane <jane@x.example>', 'Jane', 'jane@x.example'],
    ['Jane<jane@x.example>', 'Jane', 'jane@x.example'],
    ['J. R. Doe <jane@x.example>', 'J. R. Doe', 'jane@x.example'],
    ['Jané Döe 日本 <jane@x.example>', 'Jané Döe 日本', 'jane@x.example'],
    ['علی\u200Cرضا <a@x.example>', 'علی\u200Cرضا', 'a@x.example'],
    ['👩\u200D💻 <a@x.example>', '👩\u200D💻', 'a@x.example'],
    ['"Doe, Jane" <jane@x.example>', 'Doe, Jane', 'jane@x.example'],
    ['"Doe, Jane"<jane@x.example>', 'Doe, Jane', 'jane@x.example'],
    ['" Jane " <jane@x.example>', 'Jane', 'jane@x.example'],
    ['"Jane \\"J\\" \\\\ Doe" <jane@x.example>', 'Jane "J" \\ Doe', 'jane@x.example'],
    ['"x@bank.example" <jane@x.example>', 'x@bank.example', 'jane@x.example'],
    ['"a <b@c>" <jane@x.example>', 'a <b@c>', 'jane@x.example'],
    ['"" <jane@x.example>', '', 'jane@x.example'],
  ])('reads %s', (text, name, addrSpec) => {
    expect(parseMailbox(text)).toEqual(accepted({ name, addrSpec }));
  });

  it.each([
    ['', 'no "@"'],
    ['<>', 'no "@"'],
    ['"', 'a quote that is not closed'],
    ['"a\\" <c@d>', 'a quote that is not closed'],
    ['"x y"@b', 'a quoted local part'],
    ['"A" B <c@d>', 'something between the quoted name and the "<"'],
    ['Doe, Jane <c@d>', '"," in a name without quotes'],
    ['A (x) <c@d>', '"(" in a name without quotes'],
    ['x@bank.example <c@d>', '"@" in a name without quotes'],
    ['O"Brien <c@d>', '"\\"" in a name without quotes'],
    ['A\\B <c@d>', '"\\\\" in a name without quotes'],
    ['A> <c@d>', '">" in a name without quotes'],
    ['group: A <c@d>', '":" in a name without quotes'],
    ['A <c@d', 'a "<" without a ">"'],
    ['A <c@d> B', 'something follows the ">"'],
    ['<a> <c>', 'no "@"'],
    ['A <<c@d>>', '"<" in the local part'],
    ['A <@evil:a@b>', 'two "@"'],
    ['A < c@d>', 'a space in the local part'],
    ['A\r\nBcc: v@e <c@d>', 'control character U+000D in the name'],
    ['A\r\nB <c@d>', 'control character U+000D in the name'],
    ['"A\nBcc: v@e" <c@d>', 'control character U+000A in the name'],
    ['A\0 <c@d>', 'control character U+0000 in the name'],
    ['A\u0085 <c@d>', 'control character U+0085 in the name'],
    ['A\u2028B <c@d>', 'control character U+2028 in the name'],
    ['A\u202EB <c@d>', 'bidirectional control character U+202E in the name'],
    ['A\u2069 <c@d>', 'bidirectional control character U+2069 in the name'],
    ['A\uD83D <c@d>', 'half of a surrogate pair U+D83D in the name'],
    ['a@b\u2028', 'control character U+2028 in the address'],
    ['a@b\n', 'control character U+000A in the address'],
    ['\u00A0a@b', 'U+00A0 in the local part'],
    [`${'n'.repeat(501)} <c@d>`, 'more than 500 characters in the name'],
    [`${'('.repeat(100)}<a@b>`, '"(" in a name without quotes'],
  ])('refuses %j: %s', (text, why) => {
    expect(parseMailbox(text)).toEqual(refusal(why));
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), text => typeof parseMailbox(text).ok === 'boolean'));
    const unit = fc.constantFrom(...'ab@."<>()\\,;: \u202E\uD800\r');
    fc.assert(fc.property(fc.string({ unit }), text => typeof parseMailbox(text).ok === 'boolean'));
  });
});

describe('printMailbox', () => {
  it.each([
    ['', 'a@b'],
    ['Jane', 'Jane <a@b>'],
    ['Jané Döe', 'Jané Döe <a@b>'],
    ['Doe, Jane', '"Doe, Jane" <a@b>'],
    ['J. Doe', '"J. Doe" <a@b>'],
    ['x@bank.example', '"x@bank.example" <a@b>'],
    ['Jane "J" \\ Doe', '"Jane \\"J\\" \\\\ Doe" <a@b>'],
    ['=?utf-8?q?a?=', '"=?utf-8?q?a?=" <a@b>'],
  ])('prints the name %j as %s', (name, text) => {
    const mailbox = parseMailbox('a@b');
    expect(mailbox.ok && printMailbox({ ...mailbox.value, name })).toBe(text);
  });

  it('prints what parseMailbox reads as the same mailbox', () => {
    const word = fc.string({
      unit: fc.oneof(fc.constantFrom(...'"\\,<>@():;.[] =?é'), fc.constantFrom(...'abcÄ日😀')),
    });
    fc.assert(
      fc.property(
        word,
        fc.constantFrom('a@b', 'jane.doe@bücher.example', '用户@x.example'),
        (text, address) => {
          const name = text.trim();
          const addrSpec = parseAddrSpec(address);
          if (!addrSpec.ok) throw new Error(addrSpec.why);
          const mailbox = { name, addrSpec: addrSpec.value };
          expect(parseMailbox(printMailbox(mailbox))).toEqual(accepted(mailbox));
          expect(splitMailboxList(`x, ${printMailbox(mailbox)}, y`)).toEqual([
            'x',
            printMailbox(mailbox),
            'y',
          ]);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('splitMailboxList', () => {
  it.each([
    ['', []],
    [' , ,', []],
    ['alice, bob@x ,carol', ['alice', 'bob@x', 'carol']],
    ['"Doe, Jane" <jane@x>, bob', ['"Doe, Jane" <jane@x>', 'bob']],
    ['"a\\", b" <c@d>, e', ['"a\\", b" <c@d>', 'e']],
    ['<@a,@b:c@d>, e', ['<@a,@b:c@d>', 'e']],
    ['a (x, (y, z), \\), w) <b@c>, e', ['a (x, (y, z), \\), w) <b@c>', 'e']],
    ['a ("x, y) <b@c>, e', ['a ("x, y) <b@c>', 'e']],
    ['a), b', ['a)', 'b']],
    ['a, "b, c@d', ['a', '"b, c@d']],
    ['a, (b, c@d', ['a', '(b, c@d']],
    ['a, <b, c@d', ['a', '<b, c@d']],
    ['a, "b\\', ['a', '"b\\']],
  ])('splits %j', (text, items) => {
    expect(splitMailboxList(text)).toEqual(items);
  });
});

it('takes addresses that differ in case for one person', () => {
  expect(addrSpecKey('Bob@x.example')).toBe(addrSpecKey('bob@X.example'));
  expect(addrSpecKey('Bücher@x.example')).toBe(addrSpecKey('BÜCHER@x.example'));
});

it('needs SMTPUTF8 for a local part beyond ASCII only', () => {
  const needs = ['bob@bücher.example', 'bücher@x.example'].map(text => {
    const addrSpec = parseAddrSpec(text);
    return addrSpec.ok && needsSmtpUtf8(addrSpec.value);
  });
  expect(needs).toEqual([false, true]);
});

it('reads 100,000 nested parentheses without nesting itself', () => {
  const nested = '('.repeat(100_000);
  expect(parseAddrSpec(`${nested}a@b`)).toEqual(refusal('more than 2000 characters'));
  expect(parseMailbox(`${nested} <a@b>`)).toEqual(refusal('more than 2000 characters'));
  expect(splitMailboxList(`a, ${nested}, b`)).toEqual(['a', `${nested}, b`]);
});
