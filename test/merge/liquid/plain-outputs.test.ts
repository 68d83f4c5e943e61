import { describe, expect, it } from 'vitest';
import { createEngines } from '../../../src/merge/liquid/liquid.js';
import { defaultLocale } from '../../../src/merge/liquid/locale-filters.js';
import { readPlainOutputs } from '../../../src/merge/liquid/plain-outputs.js';
import { fc } from '../../properties/fast-check.js';

const engines = createEngines({ locale: defaultLocale, date: 'Mon, 23 Nov 2026 09:00:00 +0100' });

function byEngine(context: 'html' | 'text', source: string, scope: Record<string, string>) {
  try {
    return { ok: true, text: engines[context].parseAndRenderSync(source, scope) as string };
  } catch (error) {
    const { originalError } = error as { originalError?: { variableName?: string } };
    return { ok: false, missingField: originalError?.variableName };
  }
}

function scopeOf(values: Record<string, string>): Record<string, string> {
  return Object.assign(Object.create(null) as Record<string, string>, values);
}

function parses(source: string): boolean {
  try {
    engines.text.parse(source);
    return true;
  } catch {
    return false;
  }
}

const outputs = fc.constantFrom(
  '{{ name }}',
  '{{name}}',
  '{{ name | raw }}',
  '{{ name|raw}}',
  '{{ name | default: "there" }}',
  `{{ name|default:'a "b" & <c>' }}`,
  '{{ name | default: "" }}',
  '{{ city }}',
  '{{\ncity\n}}',
  '{{ city | default: "— & more" }}',
  '{{ _x1 }}',
  '{{ constructor }}',
  '{{- name }}',
  '{{ city -}}',
);
const conditions = fc.constantFrom(
  '{% if name %}',
  '{%- if city -%}',
  '{%if name == "Ann"%}',
  "{% if city != '0' -%}",
  '{% unless name %}',
  '{% unless city == "" %}',
  '{% elsif city %}',
  '{%- elsif name != "Ann" %}',
  '{% else %}',
  '{%- else -%}',
  '{% endif %}',
  '{% endif -%}',
  '{% endunless %}',
);
const words = fc.constantFrom(
  'Hello ',
  ' & <b>',
  '\n',
  '{',
  '}}',
  '{ {',
  '%}',
  '"',
  'é – 雨',
  '\ufdd0x1\ufdd1',
);
const values = fc.constantFrom('', 'Ann', `O'Neil & "Co" <x>`, '{{ city }}', '{% if %}', ' ', 'é\n雨', '0');
const scopes = fc.dictionary(fc.constantFrom('name', 'city', '_x1'), values).map(scopeOf);

/** A condition with a content of its own, so that most of what is drawn is closed. */
const blocks = fc
  .tuple(
    fc.constantFrom('if name', 'if city == "0"', 'if name != "Ann"', "if city == ''"),
    fc.array(fc.oneof(outputs, words), { maxLength: 3 }),
    fc.constantFrom('{% else %}', '{%- elsif city -%}', ''),
    fc.constantFrom('-', ''),
  )
  .map(
    ([test, parts, other, dash]) =>
      `{%${dash} ${test} ${dash}%}${parts.join('')}${other} b {%${dash} endif %}`,
  );

describe('templates that only put values in', () => {
  it('are filled in as the engine would', () => {
    const context = fc.constantFrom('html' as const, 'text' as const);
    const source = fc
      .array(fc.oneof(outputs, words, blocks, conditions), { maxLength: 8 })
      .map(parts => parts.join(''));
    fc.assert(
      fc.property(context, source, scopes, (where, template, scope) => {
        fc.pre(parses(template));
        const fill = readPlainOutputs(where, template);
        // A brace before or behind an output makes something else of it, which is the engine's.
        fc.pre(fill !== undefined);
        expect(fill?.(scope)).toEqual(byEngine(where, template, scope));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    'Hello {{ name }}',
    '{{ name | default: "there" }}, welcome',
    '<p>{{ pixel | raw }}</p>',
    'no field at all',
    '',
    '{{- name -}}',
    '{% if name %}x{% endif %}',
    '{% if vip == "y" %}{% unless name %}a{% endunless %}{% elsif vip != \'n\' %}b{%- else -%}c{% endif %}',
  ])('need no engine: %s', source => {
    expect(readPlainOutputs('html', source)).toBeTypeOf('function');
  });

  it.each([
    '{{ name | upcase }}',
    '{{ name | default: "x" | upcase }}',
    '{{ name | default: other }}',
    '{{ name | default: "a\\"b" }}',
    '{{ name.size }}',
    '{{ [name] }}',
    '{{ "name" }}',
    '{{ 1 }}',
    '{{ true }}',
    '{{ empty }}',
    '{{ size }}',
    '{{ first }}',
    '{% if name == empty %}x{% endif %}',
    '{% if name == 2 %}x{% endif %}',
    '{% if name.size %}x{% endif %}',
    '{% if true %}x{% endif %}',
    '{% if name and city %}x{% endif %}',
    '{% if name contains "a" %}x{% endif %}',
    '{% if name == "a\\"b" %}x{% endif %}',
    '{% unless name %}a{% else %}b{% else %}c{% endunless %}',
    '{% case name %}{% when "Ann" %}x{% endcase %}',
    '{% raw %}{{ name }}{% endraw %}',
    '{% comment %}x{% endcomment %}',
  ])('leave the rest to the engine: %s', source => {
    expect(readPlainOutputs('html', source)).toBeUndefined();
  });

  it('name the field that somebody lacks', () => {
    expect(readPlainOutputs('text', 'Hi {{ name }} of {{ city }}')?.(scopeOf({ name: 'Ann' }))).toEqual({
      ok: false,
      missingField: 'city',
    });
  });

  it.each([
    ['Ann', 'y', 'Ann'],
    ['Ann', undefined, 'you'],
    [undefined, 'n', 'no'],
    [undefined, '', 'you'],
  ])('choose the branch of the recipient: name %s, vip %s', (name, vip, expected) => {
    const source = '{% if vip == "y" %}{{ name }}{% elsif vip == "n" %}no{% else %}you{% endif %}';
    const scope = scopeOf({ ...(name && { name }), ...(vip !== undefined && { vip }) });
    expect(readPlainOutputs('text', source)?.(scope)).toEqual({ ok: true, text: expected });
    expect(byEngine('text', source, scope)).toEqual({ ok: true, text: expected });
  });

  it('ask for no field of a branch that is not taken', () => {
    const fill = readPlainOutputs('text', '{% if vip %}{{ code }}{% else %}none{% endif %}');
    expect(fill?.(scopeOf({}))).toEqual({ ok: true, text: 'none' });
    expect(fill?.(scopeOf({ vip: 'y' }))).toEqual({ ok: false, missingField: 'code' });
  });

  it('know nothing of what every object has', () => {
    expect(readPlainOutputs('text', '{{ toString }}')?.(scopeOf({}))).toEqual({
      ok: false,
      missingField: 'toString',
    });
  });
});
