import { describe, expect, it } from 'vitest';
import { findForeignFields } from '../../src/workflow/broken-template.js';
import { placeholderFix } from '../../src/workflow/placeholder-fix.js';

const columns = ['email', 'name', 'first_name', 'Town hall'];

describe('the merge field of another program', () => {
  it.each([
    ['*|FNAME|*', 'Write {{ first_name }} in its place.'],
    ['[FIRST]', 'Write {{ first_name }} in its place.'],
    ['[FIRST NAME]', 'Write {{ first_name }} in its place.'],
    ['[First name]', 'Write {{ first_name }} in its place.'],
    ['[Name]', 'Write {{ name }} in its place.'],
    ['[[name]]', 'Write {{ name }} in its place.'],
    ['%%First Name%%', 'Write {{ first_name }} in its place.'],
    ['{FNAME}', 'Write {{ first_name }} in its place.'],
    ['{!Contact.FirstName}', 'Write {{ first_name }} in its place.'],
    ['$\x7bname}', 'Write {{ name }} in its place.'],
    ['<<Name>>', 'Write {{ name }} in its place.'],
    ['«Vorname»', 'Write {{ first_name }} in its place.'],
    ['[% name %]', 'Write {{ name }} in its place.'],
    ['[unsubscribe]', 'Write {{ unsubscribe_url }} in its place.'],
    ['%unsubscribe%', 'Write {{ unsubscribe_url }} in its place.'],
    ['{unsubscribe}', 'Write {{ unsubscribe_url }} in its place.'],
    ['[[UNSUB_LINK]]', 'Write {{ unsubscribe_url }} in its place.'],
    ['[LINK_UNSUBSCRIBE]', 'Write {{ unsubscribe_url }} in its place.'],
    ['::subscriber.first_name::', 'Write {{ first_name }} in its place.'],
    ['{{ First Name }}', 'Write {{ first_name }} in its place.'],
    ['{{{first_name}}', 'Write {{ first_name }} in its place.'],
    ['%FIRSTNAME%', 'Write {{ first_name }} in its place.'],
    ['%recipient.first%', 'Write {{ first_name }} in its place.'],
    // Nobody has a last name of its own here.
    ['*|LNAME|*', 'Write {{ name }} in its place.'],
    ['*|EMAIL|*', 'Write {{ email }} in its place.'],
    ['*|UNSUB|*', 'Write {{ unsubscribe_url }} in its place.'],
    ['%UNSUBSCRIBE_URL%', 'Write {{ unsubscribe_url }} in its place.'],
    ['*|TOWN_HALL|*', 'Write {{ town_hall }} in its place.'],
    ['*|FRST_NAME|*', 'Write {{ first_name }} in its place.'],
    ['*|MC_SUBJECT|*', 'Write merge fields as {{ name }}.'],
    ['{{#each guests}}', 'Write {% for item in guests %}…{% endfor %} in its place.'],
    ['{{#if guest}}', 'Write {% if guest %}…{% endif %} in its place.'],
    ['{{else}}', 'Write {% else %} in its place.'],
    ['{{#with person}}', 'Write the whole name of each field instead, without a block around it.'],
    ['<%= first_name %>', 'Write {{ first_name }} in its place.'],
    ['<?php echo $name; ?>', 'Write {{ name }} in its place.'],
    ['[[data:first_name:"you"]]', 'Write {{ first_name }} in its place.'],
    ['{contactfield=firstname}', 'Write {{ first_name }} in its place.'],
    ['%%=v(@name)=%%', 'Write {{ name }} in its place.'],
    ['[first_name,fallback=you]', 'Write {{ first_name }} in its place.'],
    ['<%asm_global_unsubscribe_raw_url%>', 'Write {{ unsubscribe_url }} in its place.'],
    ['<% if (a) { %>', 'Write {% if field %}…{% endif %} in its place.'],
    ['{if $vip}', 'Write {% if field %}…{% endif %} in its place.'],
    ['#foreach($a in $b)', 'Write {% for item in items %}…{% endfor %} in its place.'],
    ['{# a note #}', 'Write {% comment %}…{% endcomment %} in its place.'],
    ['{{> footer}}', 'Templates have no parts but <mj-include> of MJML.'],
  ])('%s is replaced by a field of the list', (words, fix) => {
    expect(placeholderFix(words, columns)).toBe(fix);
  });

  it('is found with its line in a template that does not compile', () => {
    const source =
      '<p>Dear *|FNAME|*, {{ name }}</p>\n{{#each guests}}x{{/each}}\n<a href="*|UNSUB|*">x</a>\n';
    const found = findForeignFields('m.html', source, new Set(columns));
    expect(found.map(({ message, where, fix }) => `${where?.line}: ${message}. ${fix}`)).toEqual([
      '2: "{{#each guests}}" is a merge field of another program. Write {% for item in guests %}…{% endfor %} in its place.',
      '1: "*|FNAME|*" is a merge field of another program. Write {{ first_name }} in its place.',
      '3: "*|UNSUB|*" is a merge field of another program. Write {{ unsubscribe_url }} in its place.',
    ]);
  });
});

it.each(['Hi {{ name', 'Hi {% if name', 'Hi {{ name | default: "x" }'])(
  'leaves to Liquid what it does not end: %s',
  source => {
    expect(findForeignFields('m.html', source, new Set(['name']))).toEqual([]);
  },
);
