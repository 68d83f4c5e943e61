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
