/** What MJML itself makes of a template, beside what we make of it: nothing but the pixel, the preheader and the values is ours. */
import { readFileSync } from 'node:fs';
import mjml2html from 'mjml';
import { expect, it } from 'vitest';
import { compileTemplate } from '../../../src/merge/compile-template.js';

/** Each output of Liquid as a word of its own, alike where it is alike. */
const asWords = (text: string) =>
  text.replaceAll(/\{\{.*?\}\}/g, liquid => `word${Buffer.from(liquid).toString('hex')}`);

it.each(['announcement', 'invoice', 'newsletter'])(
  'makes of the sample %s what MJML makes of it',
  async name => {
    const source = readFileSync(`templates/${name}.mjml`, 'utf8');
    const body = source.slice(source.indexOf('<mjml'));
    const alone = await mjml2html(asWords(body), {
      validationLevel: 'strict',
      ignoreIncludes: true,
      keepComments: false,
      fonts: {},
    });
    const { compiled } = await compileTemplate({ path: `${name}.mjml`, source }, undefined);
    const withoutOurs = (compiled.html ?? '')
      .replace('{{ pixel | raw }}', '')
      .replace(/<div style="display:none;max-height:0;overflow:hidden">.*?<\/div>/, '');
    expect(asWords(withoutOurs)).toBe(alone.html);
  },
);
