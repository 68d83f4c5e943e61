import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEngines } from '../../../src/merge/liquid/liquid.js';
import { defaultLocale } from '../../../src/merge/liquid/locale-filters.js';
import { readPlainOutputs } from '../../../src/merge/liquid/plain-outputs.js';

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

describe('templates that only put values in', () => {
  it('are filled in as the engine would', () => {
    const context = fc.constantFrom('html' as const, 'text' as const);
    const source = fc.array(fc.oneof(outputs, words), { maxLength: 8 }).map(parts => parts.join(''));
    fc.assert(
      fc.property(context, source, scopes, (where, template, scope) => {
        fc.pre(parses(template));
        const fill = readPlainOutputs(where, template);
        // A brace before or behind an output makes something else of it, which is the engine's.
        fc.pre(fill !== undefined);
        expect(fill?.(scope)).toEqual(byEngine(where, template, scope));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    'Hello {{ name }}',
    '{{ name | default: "there" }}, welcome',
    '<p>{{ pixel | raw }}</p>',
    'no field at all',
    '',
  ])('need no engine: %s', source => {
    expect(readPlainOutputs('html', source)).toBeTypeOf('function');
  });

  it.each([
    '{{- name }}',
    '{{ name -}}',
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
    '{% if name %}x{% endif %}',
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

  it('know nothing of what every object has', () => {
    expect(readPlainOutputs('text', '{{ toString }}')?.(scopeOf({}))).toEqual({
      ok: false,
      missingField: 'toString',
    });
  });
});
