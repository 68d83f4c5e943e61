import { describe, expect, it } from 'vitest';
import { parseLiquid } from '../../../src/merge/liquid/liquid.js';
import { Problem } from '../../../src/problem.js';

function problemOf(source: string): string {
  try {
    parseLiquid('html', source, { place: { file: 'm.html' }, lineOffset: 0 });
    return '';
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return `${error.where?.line}:${error.where?.column} ${error.message} / ${error.fix}`;
  }
}

describe('filters and tags of other dialects', () => {
  it.each([
    ['{{ name | upper }}', '1:1 undefined filter: upper / Write upcase in its place.'],
    ['{{ items | length }}', '1:1 undefined filter: length / Write size in its place.'],
    ['{{ name|safe }}', '1:1 undefined filter: safe / Write raw in its place.'],
    ['{{ name | Title }}', '1:1 undefined filter: Title / Write capitalize in its place.'],
    ['{{ name | upcas }}', '1:1 undefined filter: upcas / Did you mean upcase?'],
    ['{{ name | toString }}', '1:1 undefined filter: toString / undefined'],
    ['{% if a %}{% elif b %}{% endif %}', '1:11 tag "elif" not found / Write elsif in its place.'],
    ['{% set a = 1 %}', '1:1 tag "set" not found / Write assign in its place.'],
    ['{% asign a = 1 %}', '1:1 tag "asign" not found / Did you mean assign?'],
    [
      '{% extends "base" %}',
      '1:1 tag "extends" not found / Liquid has nothing like it: write what it stands for.',
    ],
    ['{% wibble %}', '1:1 tag "wibble" not found / undefined'],
  ])('are told with their name here: %s', (source, problem) => {
    expect(problemOf(source)).toBe(problem);
  });
});
