import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../src/merge/compile-template.js';
import { findLeftovers, readableHtml } from '../../src/merge/leftovers.js';
import { createRenderer } from '../../src/merge/render-copy.js';

const date = 'Mon, 23 Nov 2026 09:00:00 +0100';

describe('findLeftovers', () => {
  it.each([
    ['Hello {{ name }},', ['{{ name }}']],
    ['Hello {{name', ['{{name']],
    ['Hello *|FNAME|*!', ['*|FNAME|*']],
    ['*|MC:SUBJECT|*', ['*|MC:SUBJECT|*']],
    ['Hello %FIRSTNAME%,', ['%FIRSTNAME%']],
    ['due on %DATE%', ['%DATE%']],
    ['Hello undefined,', ['undefined']],
    ['You owe NaN Kč', ['NaN']],
    ['[object Object]', ['[object Object]']],
    ['%A_B% and %C_D% and undefined', ['%A_B%', 'undefined']],
    ['Dear [Name],', ['[Name]']],
    ['Dear [FIRST NAME],', ['[FIRST NAME]']],
    ['[unsubscribe]', ['[unsubscribe]']],
    ['%unsubscribe%', ['%unsubscribe%']],
    ['{unsubscribe}', ['{unsubscribe}']],
    ['[[UNSUB_LINK]]', ['[[UNSUB_LINK]]']],
    ['Hi [[name]]', ['[[name]]']],
    ['Hi %%First Name%%', ['%%First Name%%']],
    ['Hi {FNAME}', ['{FNAME}']],
    ['Hi {!Contact.FirstName}', ['{!Contact.FirstName}']],
    ['Hi $\x7bname}', ['$\x7bname}']],
    ['Hi <<Name>>', ['<<Name>>']],
    ['Hallo «Vorname»', ['«Vorname»']],
    ['Hi [% name %]', ['[% name %]']],
    ['Cher [Prénom]', ['[Prénom]']],
    ['Hi ((fullname))', ['((fullname))']],
    ['Hi ::subscriber.first_name::', ['::subscriber.first_name::']],
    ['Hi _|FNAME|_', ['_|FNAME|_']],
    ['[LINK_UNSUBSCRIBE]', ['[LINK_UNSUBSCRIBE]']],
    ['Hi <%= name %>, <%- a.b %>', ['<%= name %>']],
    ['Hi <?= $name ?>, <?php echo $a; ?>', ['<?= $name ?>']],
    ['<#if vip>a</#if>', ['<#if vip>', '</#if>']],
    ['Hi $\x7bname!"you"}', ['$\x7bname!"you"}']],
    ['Hi $!{name}', ['$!{name}']],
    ['#if($vip) a #end', ['#if($vip)']],
    ['@if($vip) a @endif', ['@if($vip)']],
    ['Hi @Model.Name', ['@Model.Name']],
    ['Hi {$name|upper}, {if $vip}', ['{$name|upper}', '{if $vip}']],
    ['Hi {!! $name !!}', ['{!! $name !!}']],
    ['{# a note #}Hi', ['{# a note #}']],
    ['Hi %%=v(@name)=%%', ['%%=v(@name)=%%']],
    ['Hi [First Name, fallback=you]', ['[First Name, fallback=you]']],
    ['Hi [[data:name:"you"]]', ['[[data:name:"you"]]']],
    ['Hi {contactfield=firstname}', ['{contactfield=firstname}']],
    ['{unsubscribe_text}', ['{unsubscribe_text}']],
    ['Hi {FirstName|you}', ['{FirstName|you}']],
    ['Hi ##name##', ['##name##']],
    ['Hi -name-,', ['-name-']],
  ])('finds what nobody filled in: %j', (text, found) => {
    expect(findLeftovers(text)).toEqual(found);
  });

  it.each([
    'https://example.com/caf%C3%A9BAR%20X and %E2%82%AC',
    '50 % off, 100% sure, 5%',
    'https://example.com/undefined-behaviour, is_NaN, Nan bread, predefined',
    '*bold* | a table | *x*',
    'function() { return { a: 1 } }',
    'He wrote “teh” [sic], {see below} and [1], [URGENT], [last], {a, b}',
    'It costs $\x7b5}, and 10 % name-brand %, a << b >> c, « Bonjour », «Oui»',
    '[Name](https://example.com) [email]: x',
    'std::vector.size, ((1)), (name), _name_',
    'a <- b, 5 < % 3 %, #1, #if you like, @iffy, first-name-last, -nameless-, e-mail-name-tag, it costs {5|6}',
    'x@Model.example, ask @if (you) like, #set, {Hi|Hello}, <!-- # -->, "## name", C# (name)',
  ])('leaves alone what only looks like it: %j', text => {
    expect(findLeftovers(text)).toEqual([]);
  });
});

it('reads of HTML what somebody reads or follows', () => {
  const html =
    '<!-- NaN --><style>a{color:undefined}</style><td width="NaN"><a href="https://x.example/{{ id }}" title=\'T\'>go</a>';
  expect(readableHtml(html).replaceAll(/\s+/g, ' ').trim()).toBe('https://x.example/{{ id }} Tgo');
});

describe('a rendered copy', () => {
  async function leftovers(path: string, source: string, values: Record<string, string>, subject = 'S') {
    const { compiled } = await compileTemplate({ path, source }, subject);
    const result = createRenderer(compiled, path, 'secret', date)({ pixel: '', ...values });
    if (!result.ok) throw new Error('not rendered');
    return result.copy.leftovers();
  }

  it('tells what came with a value from what the template says', async () => {
    expect(await leftovers('m.html', '<p>Hi %NAME% {{ name }}</p>', { name: 'undefined' })).toEqual([
      { words: 'undefined', inTemplate: false },
      { words: '%NAME%', inTemplate: true },
    ]);
  });

  it.each(['m.html', 'm.md', 'm.txt'])('says each once, though it is in two parts: %s', async path => {
    expect(await leftovers(path, 'Hello *|FNAME|*, here', {})).toEqual([
      { words: '*|FNAME|*', inTemplate: true },
    ]);
    expect(await leftovers(path, 'Hello {{ name }}', { name: '{{ "x" }}' })).toMatchObject([
      { inTemplate: false },
    ]);
  });

  it.each([
    ['The Infinity pool', []],
    ['Nan Infinity', []],
    ['to infinity and Infinity!', []],
    ['Infinity', ['Infinity']],
    ['Infinity %', ['Infinity']],
    ['€ Infinity', ['Infinity']],
    ['Ann undefined', ['undefined']],
  ])('tells a name from a number that is none: %s', async (name, words) => {
    const found = await leftovers('m.html', '<p>At {{ name }} & more</p>', { name });
    expect(found).toEqual(words.map(one => ({ words: one, inTemplate: false })));
  });

  it.each(['m.html', 'm.md', 'm.txt'])('is what a field wrote, not what the author wrote: %s', async path => {
    const prose = 'The Infinity pool is undefined, and NaN is [object Object]. {{ name }}';
    expect(await leftovers(path, prose, { name: 'Ann' }, 'The Infinity pool')).toEqual([]);
    expect(await leftovers(path, prose, { name: 'Infinity' }, 'The Infinity pool')).toEqual([
      { words: 'Infinity', inTemplate: false },
    ]);
    expect(await leftovers(path, 'Hi', { name: 'NaN' }, 'undefined {{ name }}')).toEqual([
      { words: 'NaN', inTemplate: false },
    ]);
  });

  it.each([
    '{% raw %}Write {{ name }} or {% if %} or *|FNAME|* or %NAME%.{% endraw %}',
    '{% capture how %}{% raw %}{{ name }}{% endraw %}{% endcapture %}{{ how }}',
    '{% assign pool = "The Infinity pool" %}{{ pool }}',
    '{% capture pool %}The Infinity pool{% endcapture %}{{ pool }}',
    '{{ note | default: "undefined" }}',
  ])('is not what the author put into tags or has raw: %j', async words => {
    for (const path of ['m.html', 'm.md', 'm.txt']) {
      expect(await leftovers(path, `${words} {{ name }}`, { name: 'Ann' }, words)).toEqual([]);
      const [leftover] = await leftovers(path, `${words} {{ name }}`, { name: 'Infinity' }, words);
      expect(leftover).toEqual({ words: 'Infinity', inTemplate: false });
    }
  });

  it.each(['m.html', 'm.md'])('says each field of another program in one round: %s', async path => {
    const found = await leftovers(path, 'Dear [Name], «Vorname», {FNAME}, see %unsubscribe%', {});
    expect(found.map(({ words }) => words)).toEqual(['[Name]', '«Vorname»', '{FNAME}', '%unsubscribe%']);
  });

  it('is no element of HTML between two signs', async () => {
    expect(await leftovers('m.html', 'Dear <<First Name>>, hello', {})).toEqual([
      { words: '<<First Name>>', inTemplate: true },
    ]);
  });

  it('is no link to unsubscribe that stands between signs', async () => {
    const link = '<a href="{{ unsubscribe_url }}">[unsubscribe]</a>';
    expect(await leftovers('m.html', link, { unsubscribe_url: 'https://t.example.com/u' })).toEqual([]);
    expect(await leftovers('m.html', '<p>[unsubscribe]</p>', {})).toHaveLength(1);
  });

  it('is found beside what is raw', async () => {
    const source = '{% raw %}{{ a }}{% endraw %} *|FNAME|* {{ x }}';
    expect(await leftovers('m.html', source, { x: '{{ b }}' })).toEqual([
      { words: '{{ b }}', inTemplate: false },
      { words: '*|FNAME|*', inTemplate: true },
    ]);
  });

  it('looks at the subject, and not at branches that are not taken', async () => {
    expect(await leftovers('m.txt', 'Hello', {}, 'For %NAME%')).toEqual([
      { words: '%NAME%', inTemplate: true },
    ]);
    expect(await leftovers('m.txt', 'Hello', { n: 'NaN' }, 'For {{ n }}')).toEqual([
      { words: 'NaN', inTemplate: false },
    ]);
    const branches = 'Hello {% if n == "1" %}*|FNAME|*{% else %}you{% endif %}';
    expect(await leftovers('m.txt', branches, { n: '2' })).toEqual([]);
    expect(await leftovers('m.txt', branches, { n: '1' })).toHaveLength(1);
  });

  it('takes no compiler’s own words for a leftover', async () => {
    const mjml =
      '<mjml><mj-body><mj-section><mj-column><mj-text>Hi {{ name }}</mj-text><mj-image src="https://x.example/a.png" /></mj-column></mj-section></mj-body></mjml>';
    expect(await leftovers('m.mjml', mjml, { name: 'Ann' })).toEqual([]);
  });
});
