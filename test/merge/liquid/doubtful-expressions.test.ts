import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../../src/merge/compile-template.js';
import { Problems } from '../../../src/problem.js';

async function problemsOf(source: string, subject = 'S') {
  try {
    await compileTemplate({ path: 'm.html', source }, subject);
    return [];
  } catch (error) {
    if (!(error instanceof Problems)) throw error;
    return error.problems.map(
      ({ message, where, fix }) => `${where?.file}:${where?.line}:${where?.column} ${message} / ${fix}`,
    );
  }
}

const words =
  'Write {% if … %} with the condition, and the words that it chooses between {% else %} and {% endif %}.';

const between = 'Between two values stands ==, !=, <, >, <=, >= or contains; between conditions and, or.';
const beyond = (word: string) => ` cannot be read beyond ${word} / `;

describe('a condition that the engine would read in part', () => {
  it.each([
    ['{% if name eq "Ann" %}', `${beyond('"eq"')}Write == in its place.`],
    ['{% if name is "Ann" %}', `${beyond('"is"')}Write == in its place.`],
    ['{% if name isnt "Ann" %}', `${beyond('"isnt"')}Write != in its place.`],
    ['{% if name <> "Ann" %}', `${beyond('"<>"')}Write != in its place.`],
    ['{%- if name = "Ann" -%}', `${beyond('"="')}Write == in its place.`],
    ['{% if name === "Ann" %}', `${beyond('"==="')}Write == in its place.`],
    ['{% if !name %}', `${beyond('"!"')}Write not in its place.`],
    ['{% if name && vip %}', `${beyond('"&&"')}Write and in its place.`],
    ['{% if name || vip %}', `${beyond('"||"')}Write or in its place.`],
    ['{% if name in "Ann,Bo" %}', `${beyond('"in"')}Turn it round: "Rome, Oslo" contains town.`],
    ['{% if name == "Ann" then %}', `${beyond('"then"')}${between}`],
    ['{% if name == "Ann" xor vip %}', `${beyond('"xor"')}${between}`],
    ['{% if name "Ann" %}', `${beyond('"Ann"')}${between}`],
    ['{% if name == "Ann" "Bo" %}', `${beyond('"Bo"')}${between}`],
    ['{% if name not == "Ann" %}', `${beyond('"not"')}${between}`],
    ['{% if name == “Ann” %}', `${beyond('"“Ann”"')}${between}`],
    [`{% if name == 'Ann" %}`, `${beyond(`'Ann" `)}${between}`],
    ['{% if 1 < tickets < 5 %}', `${beyond('"<"')}Join two comparisons with and.`],
    ['{% if name == %}', ' ends where a value should stand / Write the value that is compared.'],
    ['{% if name == "Ann" or %}', ' ends where a value should stand / Write the value that is compared.'],
    ['{% unless a b %}', `${beyond('"b"')}${between}`],
  ])('is refused: %s', async (liquid, problem) => {
    const [, name] = /(\w+)/.exec(liquid) ?? [];
    expect(await problemsOf(`<p>Hi\n${liquid}A{% end${name} %}</p>`)).toEqual([
      `m.html:2:1 ${liquid}${problem}`,
    ]);
  });

  it.each([
    ['{% if name == "Cy" or "Bo" %}', '"Bo"', 'Compare it: name == "Bo".'],
    ['{% if "no" %}', '"no"', 'Compare it: name == "no".'],
  ])('is refused when a text stands alone: %s', async (liquid, text, fix) => {
    expect(await problemsOf(`${liquid}A{% endif %}`)).toEqual([
      `m.html:1:1 ${text} in ${liquid} is true for everybody / ${fix}`,
    ]);
  });

  it.each([
    ['{% case a b %}{% when 1 %}x{% endcase %}', []],
    [
      '{% case a %}{% when 1 2 %}x{% endcase %}',
      [
        'm.html:1:13 {% when 1 2 %} cannot be read beyond "2" / Write values alone, with commas between them: {% when "gold", "silver" %}.',
      ],
    ],
    [
      '{% for a in b reverse %}x{% endfor %}',
      [
        'm.html:1:1 {% for a in b reverse %} cannot be read beyond "reverse" / Behind the list stand limit:2, offset:1 and reversed.',
      ],
    ],
    [
      "{{ a ?? 'x' }}",
      [`m.html:1:1 {{ a ?? 'x' }} cannot be read beyond "??" / Write a | default: 'x' in its place.`],
    ],
    [
      '{{ now format="YYYY" }}',
      [
        'm.html:1:1 {{ now format="YYYY" }} cannot be read beyond "format" / Write one value, and filters behind "|": {{ first_name | append: " " | append: last_name }}.',
      ],
    ],
    [
      '{{ "a" "b" }}',
      [
        'm.html:1:1 {{ "a" "b" }} cannot be read beyond "b" / Write one value, and filters behind "|": {{ first_name | append: " " | append: last_name }}.',
      ],
    ],
    [
      '{% assign z = a eq b %}',
      ['m.html:1:1 {% assign z = a eq b %} cannot be read beyond "eq" / Write == in its place.'],
    ],
    [
      '{% liquid\n if a eq "x"\n echo a\n endif %}',
      ['m.html:1:1 if a eq "x" cannot be read beyond "eq" / Write == in its place.'],
    ],
  ])('is refused in other tags: %s', async (liquid, problems) => {
    expect(await problemsOf(liquid)).toEqual(problems);
  });

  it.each([
    '{% if a == "x" and not b or c != 1.5 %}x{% endif %}',
    "{%if a=='x'%}x{%elsif a>=-1%}y{%else%}z{%endif%}",
    '{% if order.items[0]["First name"].size > 2 %}x{% endif %}',
    '{% if ["First Name"] contains "a == b or c" %}x{% endif %}',
    '{% if (1..3) contains 2 and été == "ü" %}x{% endif %}',
    '{% if a == empty or b == blank or c == nil or true %}x{% endif %}',
    '{% if a.b? and a-b == 1 %}x{% endif %}',
    '{% if a == b | size %}x{% endif %}',
    '{% case a %}{% when "x", "y" or "z" %}x{% endcase %}',
    '{% for a in (1..n) limit:2 offset:continue reversed %}x{% endfor %}',
    '{% for a in order["line items"] limit: n %}x{% endfor %}',
    '{% tablerow a in b cols:2 %}x{% endtablerow %}',
    '{% assign z = a.b | plus: 1 %}',
    '{% comment %}{% if a eq b %}{% endcomment %}',
    '{{ -1 }}{{ (1..3) | join }}{{ ["First Name"] | upcase }}',
  ])('is none here: %s', async liquid => {
    expect(await problemsOf(`<p>${liquid}</p>`)).toEqual([]);
  });
});

describe('a condition where a value is printed', () => {
  it.each([
    ['{{ name or "you" }}', 'Write name | default: "you" in its place.'],
    ['{{- name or "a or b" -}}', 'Write name | default: "a or b" in its place.'],
    ["{{ a.b or 'you' | upcase }}", "Write a.b | default: 'you' in its place."],
    ['{{ nick or name }}', 'Write nick | default: name in its place.'],
    ['{% echo name or "you" %}', 'Write name | default: "you" in its place.'],
    ['{% assign who = name or "you" %}', 'Write name | default: "you" in its place.'],
    ['{{ vip == "y" }}', words],
    ['{{ vip and name }}', words],
    ['{{ tags contains "a" }}', words],
    ['{{ a > 1 or "x" }}', words],
  ])('is refused: %s', async (liquid, fix) => {
    expect(await problemsOf(`<p>Dear\n${liquid}</p>`)).toEqual([
      `m.html:2:1 ${liquid} gives true or false / ${fix}`,
    ]);
  });

  it('is refused in the subject', async () => {
    expect(await problemsOf('<p>x</p>', 'Hi {{ name or "you" }}')).toEqual([
      'm.html:undefined:undefined {{ name or "you" }} gives true or false / Write name | default: "you" in its place.',
    ]);
  });

  it.each([
    '{{ name | default: "a or b" }}',
    '{{ "x or y == z" }}',
    '{{ order }} {{ a.or }} {{ band["and x"] }}',
    '{% assign isGuest = a == "y" or b %}{% if isGuest %}x{% endif %}',
    '{% assign all = a and b %}{% if all %}x{% endif %}',
    '{% raw %}{{ a or "b" }}{% endraw %}',
    '{% if a or b == "x" %}x{% endif %}',
  ])('is none here: %s', async liquid => {
    expect(await problemsOf(`<p>${liquid}</p>`)).toEqual([]);
  });
});

it('refuses a template whose expressions have more words than are read at once, at the tag with the word too many', async () => {
  const values = Array.from({ length: 20_001 }, () => '1').join(',');
  const source = `<p>\n{% case name %}{% when ${values} %}a{% endcase %}`;
  await expect(compileTemplate({ path: 'm.html', source }, 'S')).rejects.toMatchObject({
    message: 'the conditions and values of the template have more than 40,000 words',
    where: { file: 'm.html', line: 2 },
    fix: 'Make the template smaller, or write what repeats as a loop.',
  });
});
