/**
 * Hostile templates, each with the row it is filled from: refused with a code and a place, or sent as exactly what stands
 * here. `test/e2e/hostile-templates.test.ts` writes them to a disk and sends them.
 */
export interface HostileTemplate {
  readonly name: string;
  /** Its name says what kind it is. */
  readonly file: `${string}.${'mjml' | 'html' | 'md' | 'txt'}`;
  readonly source: string | Uint8Array | { readonly strange: 'fifo' | 'folder' | 'zero' };
  /** Beside it; `outside` is a file of somebody's that no message may hold. */
  readonly files?: Readonly<Record<string, string | { readonly linkTo: string }>>;
  /** The fields of the one recipient. */
  readonly row?: Readonly<Record<string, string>>;
  /** Each problem as `code place`; a place is `file:line:column` as far as there is one, `*` for any. */
  readonly refused?: readonly string[];
  /** The HTML part without its pixel: the whole of it, or a part for what is laid out by us. */
  readonly html?: string;
  /** The text part, whole. */
  readonly text?: string;
  readonly subject?: string;
  /** What looks left over is meant to be read. */
  readonly isMeant?: true;
}

const hi = '---\nsubject: Hi\n---\n';
const mjml = (inner: string) =>
  `<mjml>\n<mj-body><mj-section><mj-column>\n<mj-text>${inner}</mj-text>\n</mj-column></mj-section></mj-body>\n</mjml>\n`;
const many = (text: string, count: number) => text.repeat(count);

const missing: readonly HostileTemplate[] = [
  {
    name: 'a field that is in no column',
    file: 'm.html',
    source: '<p>Hi\n{{ nme }}</p>',
    row: { name: 'A' },
    refused: ['template-field m.html:2:4'],
  },
  {
    name: 'a field that the row leaves empty',
    file: 'm.html',
    source: '<p>{{ first }}</p>',
    row: { first: '' },
    refused: ['template-field m.html:1:7'],
  },
  {
    name: 'a field of blanks',
    file: 'm.html',
    source: '<p>{{ first }}</p>',
    row: { first: ' \u00a0 ' },
    refused: ['template-field m.html:1:7'],
  },
  {
    name: 'an empty field with a default',
    file: 'm.html',
    source: '<p>{{ first | default: "you" }}</p>',
    row: { first: '' },
    html: '<p>you</p>',
  },
  {
    name: 'a missing field in a text part of its own',
    file: 'm.html',
    source: '<p>Hi</p>',
    files: { 'm.txt': 'Hi\n{{ nobody }}' },
    refused: ['template-field m.txt:2:4'],
  },
  {
    name: 'a missing field in the subject',
    file: 'm.html',
    source: '---\nsubject: Hi {{ nobody }}\n---\n<p>Hi</p>',
    refused: ['template-field m.html:1:7'],
  },
  {
    name: 'a subject that comes to nothing',
    file: 'm.html',
    source: '---\nsubject: "{% if name %}Hi{% endif %}"\n---\n<p>Hi</p>',
    refused: ['template-field'],
  },
  {
    name: 'an unknown filter',
    file: 'm.html',
    source: '<p>\n{{ name | evil }}</p>',
    row: { name: 'A' },
    refused: ['template-syntax m.html:2:1'],
  },
  {
    name: 'an unknown tag',
    file: 'm.html',
    source: '<p>\n{% evil %}</p>',
    refused: ['template-syntax m.html:2:1'],
  },
  {
    name: 'an unclosed if',
    file: 'm.md',
    source: '# Hi\n\n{% if name %}x\n',
    refused: ['template-syntax m.md:3:1'],
  },
  {
    name: 'an unclosed output',
    file: 'm.txt',
    source: `${hi}Hi {{ name\n`,
    refused: ['template-syntax m.txt:4:4'],
  },
  {
    name: 'an end without a beginning',
    file: 'm.txt',
    source: `${hi}Hi {% endif %}\n`,
    refused: ['template-syntax m.txt:4:4'],
  },
  {
    name: 'a property of a text',
    file: 'm.html',
    source: '<p>{{ name.nothing }}</p>',
    row: { name: 'A' },
    refused: ['template-field m.html:1:7'],
  },
];

const leftovers: readonly HostileTemplate[] = [
  ...[
    '{{ name }}',
    '{{name}}',
    '{{ name',
    '{% if x %}',
    '*|FNAME|*',
    '%FIRSTNAME%',
    '%recipient.first_name%',
    '[FIRST_NAME]',
    '[NAME]',
    'undefined',
    'NaN',
    '[object Object]',
    '[object Array]',
  ].flatMap((words): readonly HostileTemplate[] => [
    {
      name: `${words} in a cell`,
      file: 'l.html',
      source: '<p>Hi {{ x }}</p>',
      row: { x: words },
      refused: ['template-placeholder people.ndjson:1'],
    },
    {
      name: `${words} in the template, raw`,
      file: 'l.html',
      source: `<p>{% raw %}${words}{% endraw %}</p>`,
      html: `<p>${words}</p>`,
      isMeant: true,
    },
  ]),
  ...['*|FNAME|*', '%FIRSTNAME%', '%recipient.first_name%', '[FIRST_NAME]', '[NAME]'].map(
    (words): HostileTemplate => ({
      name: `${words} in the template`,
      file: 'l.html',
      source: `<p>Hi</p>\n<p>${words}</p>`,
      refused: ['template-placeholder l.html:2:4'],
    }),
  ),
  ...['The Infinity pool', 'undefined', 'NaN', '[object Object]'].map(
    (words): HostileTemplate => ({
      name: `${words} in the template`,
      file: 'l.html',
      source: `<p>${words}</p>`,
      html: `<p>${words}</p>`,
      isMeant: true,
    }),
  ),
  {
    name: '*|FNAME|* in Markdown',
    file: 'l.md',
    source: '# Hi\n\nHello *|FNAME|*\n',
    refused: ['template-placeholder l.md:3:7'],
  },
  {
    name: '*|FNAME|* in MJML',
    file: 'l.mjml',
    source: `${hi}${mjml('Hello *|FNAME|*')}`,
    refused: ['template-placeholder l.mjml:6:16'],
  },
  {
    name: '*|FNAME|* in a subject',
    file: 'l.html',
    source: '---\nsubject: Hi *|FNAME|*\n---\n<p>Hi</p>',
    refused: ['template-placeholder l.html:2:13'],
  },
  {
    name: '%FIRSTNAME% in a text part',
    file: 'l.html',
    source: '<p>Hi</p>',
    files: { 'l.txt': 'Hello %FIRSTNAME%' },
    refused: ['template-placeholder l.txt:1:7'],
  },
  {
    name: 'a cell in a subject',
    file: 'l.html',
    source: '---\nsubject: Hi {{ x }}\n---\n<p>Hi</p>',
    row: { x: '*|FNAME|*' },
    refused: ['template-placeholder people.ndjson:1'],
  },
  {
    name: 'half of a field in a cell and half in the template',
    file: 'l.html',
    source: '<p>{ { {{ x }} } }</p>',
    row: { x: 'x' },
    html: '<p>{ { x } }</p>',
  },
];

const injections: readonly HostileTemplate[] = [
  {
    name: 'Liquid in a cell',
    file: 'i.html',
    source: '<p>{{ x }}</p>',
    row: { x: '7 | times: 6' },
    html: '<p>7 | times: 6</p>',
  },
  {
    name: 'an expression in a cell',
    file: 'i.html',
    source: '<p>{{ x }}</p>',
    row: { x: '$[7*6] #{7*6} < 7*6 >' },
    html: '<p>$[7*6] #{7*6} &lt; 7*6 &gt;</p>',
  },
  {
    name: 'code of another language in a cell',
    file: 'i.html',
    source: '<p>{{ x }}</p>',
    row: { x: '<%= 7*6 %>' },
    refused: ['template-placeholder people.ndjson:1'],
  },
  {
    name: 'an output in a cell',
    file: 'i.txt',
    source: `${hi}{{ x }}\n`,
    row: { x: '{{ 7 | times: 6 }}' },
    refused: ['template-placeholder people.ndjson:1'],
  },
  {
    name: 'the name of a field in a cell',
    file: 'i.html',
    source: '<p>{{ [x] }}</p>',
    row: { x: 'secret', secret: 's' },
    html: '<p>s</p>',
  },
  {
    name: 'constructor',
    file: 'i.html',
    source: '<p>{{ constructor }}</p>',
    refused: ['template-field i.html:1:7'],
  },
  {
    name: 'constructor.constructor',
    file: 'i.html',
    source: '<p>{{ constructor.constructor }}</p>',
    refused: ['template-field i.html:1:7'],
  },
  {
    name: 'constructor of a field',
    file: 'i.html',
    source: '<p>{{ name.constructor.constructor }}</p>',
    row: { name: 'A' },
    refused: ['template-field i.html:1:7'],
  },
  {
    name: '__proto__',
    file: 'i.html',
    source: '<p>{{ __proto__ }}</p>',
    refused: ['template-field i.html:1:7'],
  },
  {
    name: '__proto__ of a field',
    file: 'i.html',
    source: '<p>{{ name.__proto__.x }}</p>',
    row: { name: 'A' },
    refused: ['template-field i.html:1:7'],
  },
  {
    name: '__proto__ as a column',
    file: 'i.html',
    source: '<p>{{ __proto__ }}</p>',
    row: { ['__proto__']: 'x' },
    html: '<p>x</p>',
  },
  {
    name: 'toString',
    file: 'i.html',
    source: '<p>{{ toString }}</p>',
    refused: ['template-field i.html:1:7'],
  },
  {
    name: 'toString as a column',
    file: 'i.html',
    source: '<p>{{ toString }}</p>',
    row: { toString: 'x' } as never,
    html: '<p>x</p>',
  },
  {
    name: 'the process',
    file: 'i.html',
    source: '<p>{{ process.env.HOME }}</p>',
    refused: ['template-field i.html:1:7'],
  },
  {
    name: 'the global object',
    file: 'i.html',
    source: '<p>{{ globalThis.process }}</p>',
    refused: ['template-field i.html:1:7'],
  },
  {
    name: 'a map with a constructor',
    file: 'i.html',
    source: '{% assign a = "1,2" | split: "," %}<p>{{ a | map: "constructor" | join: "" }}</p>',
    html: '<p></p>',
  },
  {
    name: 'a pixel of one’s own',
    file: 'i.html',
    source: '<p>{{ x | raw }}</p>',
    row: { x: '{{ pixel }}' },
    refused: ['template-placeholder people.ndjson:1'],
  },
  {
    name: 'a field called pixel',
    file: 'i.html',
    source: '<p>{{ name }}</p>',
    row: { name: 'A', pixel: '<img src=x>' },
    html: '<p>A</p>',
  },
  {
    name: 'a field called email_id',
    file: 'i.html',
    source: '<p>{{ email }}</p>',
    row: { email_id: 'x' },
    html: '<p>anna@x.example</p>',
  },
];

const outside = '@outside@';
const files: readonly HostileTemplate[] = [
  ...['include', 'render', 'layout'].flatMap((tag): readonly HostileTemplate[] =>
    [`"${outside}"`, '"/etc/hostname"', '"../outside.txt"', '"beside.txt"', 'x'].map(
      (path): HostileTemplate => ({
        name: `${tag} of ${path}`,
        file: 'f.html',
        source: `<p>Hi</p>\n{% ${tag} ${path} %}`,
        files: { 'beside.txt': 'beside' },
        row: { x: 'beside.txt' },
        refused: ['template-syntax f.html:2:1'],
      }),
    ),
  ),
  {
    name: 'a block of a layout',
    file: 'f.html',
    source: '{% layout "beside.txt" %}{% block a %}x{% endblock %}',
    files: { 'beside.txt': '{% block a %}{% endblock %}' },
    refused: ['template-syntax f.html:1:1'],
  },
  ...['mjml', 'html', 'css'].flatMap((type): readonly HostileTemplate[] =>
    [
      outside,
      '/etc/hostname',
      '../outside.txt',
      'a/../../outside.txt',
      '..\\outside.txt',
      'file:///etc/hostname',
      'C:\\x',
    ].map(
      (path): HostileTemplate => ({
        name: `mj-include of ${path} as ${type}`,
        file: 'f.mjml',
        source: `${hi}<mjml><mj-body>\n<mj-include path="${path}" type="${type}" /></mj-body></mjml>`,
        refused: ['template-syntax f.mjml:5:1'],
      }),
    ),
  ),
  {
    name: 'mj-include of a link that leads out',
    file: 'f.mjml',
    source: `${hi}<mjml><mj-body>\n<mj-include path="link.txt" type="html" /></mj-body></mjml>`,
    files: { 'link.txt': { linkTo: outside } },
    refused: ['template-syntax f.mjml:5:1'],
  },
  {
    name: 'mj-include of what a cell names',
    file: 'f.mjml',
    source: `${hi}<mjml><mj-body>\n<mj-include path="{{ x }}" /></mj-body></mjml>`,
    row: { x: outside },
    refused: ['template-syntax f.mjml:5:1'],
  },
  {
    name: 'mj-include in a cell',
    file: 'f.mjml',
    source: `${hi}${mjml('{{ x }}')}`,
    row: { x: `</mj-text><mj-include path="${outside}" type="html" /><mj-text>` },
    html: '&lt;/mj-text&gt;&lt;mj-include path=&#34;',
  },
  {
    name: 'mj-include of itself',
    file: 'f.mjml',
    source: `${hi}<mjml><mj-body>\n<mj-include path="f.mjml" /></mj-body></mjml>`,
    refused: ['template-syntax f.mjml:5:1'],
  },
  {
    name: 'mj-include inside mj-raw',
    file: 'f.mjml',
    source: `${hi}<mjml><mj-body>\n<mj-raw><mj-include path="${outside}" /></mj-raw></mj-body></mjml>`,
    refused: ['template-syntax f.mjml:5:9'],
  },
  ...[
    outside,
    '../outside.txt',
    'a/../../outside.txt',
    `file://${outside}`,
    'file:///etc/hostname',
    'FILE:/etc/hostname',
    '&#47;etc&#47;hostname',
    '%2e%2e/outside.txt',
    '..\\outside.txt',
  ].map(
    (path): HostileTemplate => ({
      name: `an image ${path}`,
      file: 'f.html',
      source: `<p>Hi</p>\n<img src="${path}">`,
      refused: ['template-syntax f.html:2:11'],
    }),
  ),
  {
    name: 'an image that is a link out',
    file: 'f.html',
    source: '<p>Hi</p>\n<img src="link.png">',
    files: { 'link.png': { linkTo: outside } },
    refused: ['template-syntax f.html:2:11'],
  },
  {
    name: 'an image of Markdown that is a link out',
    file: 'f.md',
    source: '# Hi\n\n![x](link.png)\n',
    files: { 'link.png': { linkTo: outside } },
    refused: ['template-syntax f.md:3:6'],
  },
  {
    name: 'an image outside, in MJML',
    file: 'f.mjml',
    source: `${hi}<mjml><mj-body><mj-section><mj-column>\n<mj-image src="../outside.txt" />\n</mj-column></mj-section></mj-body></mjml>`,
    refused: ['template-syntax f.mjml:5:16'],
  },
  {
    name: 'an image that a cell names',
    file: 'f.html',
    source: '<p>Hi</p>\n<img src="{{ x }}">',
    row: { x: outside },
    refused: ['template-link f.html:2:6'],
  },
  {
    name: 'a file that a cell names',
    file: 'f.html',
    source: '<p>Hi</p>\n<img src="{{ x }}">',
    row: { x: `file://${outside}` },
    refused: ['template-link f.html:2:6'],
  },
  {
    name: 'an image of a folder that a cell names',
    file: 'f.html',
    source: '<p>Hi</p>\n<img src="a/{{ x }}">',
    row: { x: '../../outside.txt' },
    refused: ['template-syntax f.html:2:11'],
  },
  ...[
    outside,
    '/etc/hostname',
    '../outside.txt',
    'a/../../outside.txt',
    '..\\outside.txt',
    'file:///etc/hostname',
    'C:\\x',
    '..',
    '.',
    '',
  ].map(
    (path): HostileTemplate => ({
      name: `an attachment ${path}`,
      file: 'f.html',
      source: `---\nsubject: Hi\nattachments: ['${path}']\n---\n<p>Hi</p>`,
      refused: ['template-syntax f.html'],
    }),
  ),
  {
    name: 'an attachment that is a link out',
    file: 'f.html',
    source: '---\nsubject: Hi\nattachments: link.txt\n---\n<p>Hi</p>',
    files: { 'link.txt': { linkTo: outside } },
    refused: ['template-syntax f.html'],
  },
  {
    name: 'an attachment in a linked folder',
    file: 'f.html',
    source: '---\nsubject: Hi\nattachments: link/outside.txt\n---\n<p>Hi</p>',
    files: { link: { linkTo: '..' } },
    refused: ['template-syntax f.html'],
  },
  {
    name: 'an attachment that Liquid names',
    file: 'f.html',
    source: '---\nsubject: Hi\nattachments: "{{ x }}"\n---\n<p>Hi</p>',
    row: { x: outside },
    refused: ['input-missing f.html'],
  },
  {
    name: 'an attachment that is not there',
    file: 'f.html',
    source: '---\nsubject: Hi\nattachments: a.pdf\n---\n<p>Hi</p>',
    refused: ['input-missing f.html'],
  },
  {
    name: 'a text part that is a link out',
    file: 'f.html',
    source: '<p>Hi</p>',
    files: { 'f.txt': { linkTo: outside } },
    refused: ['template-syntax f.txt'],
  },
  {
    name: 'a style sheet outside',
    file: 'f.html',
    source: `<link rel="stylesheet" href="file://${outside}"><p>Hi</p>`,
    refused: ['template-syntax f.html:1:1'],
  },
];

const escaping: readonly HostileTemplate[] = [
  {
    name: 'a script in a cell',
    file: 'e.html',
    source: '<p>{{ x }}</p>',
    row: { x: '<script>alert(1)</script>' },
    html: '<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>',
  },
  {
    name: 'an image in a cell',
    file: 'e.html',
    source: '<p>{{ x }}</p>',
    row: { x: '<img src=//evil.example>' },
    html: '<p>&lt;img src=//evil.example&gt;</p>',
  },
  {
    name: 'a quote in an attribute',
    file: 'e.html',
    source: '<p title="{{ x }}">a</p>',
    row: { x: '" onerror="alert(1)' },
    html: '<p title="&#34; onerror=&#34;alert(1)">a</p>',
  },
  {
    name: 'a single quote in an attribute',
    file: 'e.html',
    source: "<p title='{{ x }}'>a</p>",
    row: { x: "' onerror='alert(1)" },
    html: "<p title='&#39; onerror=&#39;alert(1)'>a</p>",
  },
  {
    name: 'an attribute without quotes',
    file: 'e.html',
    source: '<p>a</p>\n<p title={{ x }}>a</p>',
    row: { x: 'a onerror=alert(1)' },
    refused: ['template-syntax e.html:2:10'],
  },
  {
    name: 'a field as an attribute',
    file: 'e.html',
    source: '<p {{ x }}>a</p>',
    row: { x: 'onerror=alert(1)' },
    refused: ['template-syntax e.html:1:4'],
  },
  {
    name: 'a field as an attribute in MJML',
    file: 'e.mjml',
    source: `${hi}${mjml('<b {{ x }}>a</b>')}`,
    row: { x: 'onerror=alert(1)' },
    refused: ['template-syntax e.mjml:6:13'],
  },
  {
    name: 'an end of a comment in a cell',
    file: 'e.html',
    source: '<p>a<!-- {{ x }} --></p>',
    row: { x: '--><script>' },
    html: '<p>a<!-- --&gt;&lt;script&gt; --></p>',
  },
  {
    name: 'an end of a title in a cell',
    file: 'e.html',
    source: '<title>{{ x }}</title><p>a</p>',
    row: { x: '</title><script>' },
    html: '<title>&lt;/title&gt;&lt;script&gt;</title><p>a</p>',
    subject: '</title><script>',
  },
  {
    name: 'an entity in a cell',
    file: 'e.html',
    source: '<p>{{ x }}</p>',
    row: { x: '&lt;script&gt;' },
    html: '<p>&amp;lt;script&amp;gt;</p>',
  },
  {
    name: 'a cell in a text part',
    file: 'e.html',
    source: '<p>{{ x }}</p>',
    files: { 'e.txt': '{{ x }}' },
    row: { x: '<b>&amp;"' },
    text: '<b>&amp;"\n',
  },
  {
    name: 'Markdown in a cell',
    file: 'e.md',
    source: '# Hi\n\n{{ x }}\n',
    row: { x: '[a](javascript:alert(1)) **b**' },
    html: '>[a](javascript:alert(1)) **b**</p>',
  },
  {
    name: 'raw HTML in Markdown',
    file: 'e.md',
    source: '# Hi\n\n<script>alert(1)</script>\n',
    refused: ['template-syntax e.md:3:1'],
  },
  {
    name: 'a script as a link of Markdown',
    file: 'e.md',
    source: '# Hi\n\n[a](javascript:alert(1))\n',
    html: '>[a](javascript:alert(1))</p>',
  },
  {
    name: 'data as a link of Markdown',
    file: 'e.md',
    source: '# Hi\n\n[a](data:text/html;base64,AAAA)\n',
    html: '>[a](data:text/html;base64,AAAA)</p>',
  },
  {
    name: 'a script as a link of Markdown, hidden by a reference',
    file: 'e.md',
    source: '# Hi\n\n[a](java&#115;cript:alert(1))\n',
    html: '>[a](java',
  },
  {
    name: 'a mark of ours in a cell',
    file: 'e.html',
    source: '<p>{{ x }}</p>',
    row: { x: '\ufdd0a0\ufdd1' },
    html: '<p>\ufdd0a0\ufdd1</p>',
  },
  {
    name: 'a token of ours in a cell',
    file: 'e.md',
    source: '# Hi\n\n{{ x }} {{ name }}\n',
    row: { x: 'zqliquid1q', name: 'A' },
    html: '>zqliquid1q A</p>',
  },
  {
    name: 'a token of ours in the template',
    file: 'e.md',
    source: '# Hi\n\nzqliquid0q {{ x }}\n',
    row: { x: 'X' },
    html: '>zqliquid0q X</p>',
  },
  {
    name: 'a MIME boundary in a cell',
    file: 'e.txt',
    source: `${hi}{{ x }}\n`,
    row: { x: '\n--b\nContent-Type: text/html\n\n<b>' },
    text: '\n--b\nContent-Type: text/html\n\n<b>\n',
  },
];

const link = (x: string): Pick<HostileTemplate, 'file' | 'source' | 'row'> => ({
  file: 'u.html',
  source: '<p>Hi</p>\n<a href="{{ x }}">a</a>',
  row: { x },
});
const urls: readonly HostileTemplate[] = [
  ...[
    'javascript:alert(1)',
    'JAVASCRIPT:alert(1)',
    ' javascript:alert(1)',
    'java\tscript:alert(1)',
    'java\nscript:alert(1)',
    'javascript&#58;alert(1)',
    'javascript&colon;alert(1)',
    '&#106;avascript:alert(1)',
    'data:text/html,<script>',
    'vbscript:x',
    'file:///etc/passwd',
    'cid:x',
    '//evil.example',
    '\\\\evil.example',
    '/\\evil.example',
    'https:evil.example',
    'https://bank.example@evil.example',
    'https://bank.example\\@evil.example',
    'evil.example',
  ].map(
    (x): HostileTemplate => ({
      name: `a link to ${JSON.stringify(x)}`,
      ...link(x),
      refused: ['template-link u.html:2:4'],
    }),
  ),
  ...['http://a.example/?b=c&d="e"', 'https://a.example', 'mailto:a@b.example', 'tel:+491'].map(
    (x): HostileTemplate => ({
      name: `a link to ${x}`,
      ...link(x),
      html: `<a href="${x.replaceAll('&', '&amp;').replaceAll('"', '&#34;')}">a</a>`,
    }),
  ),
  {
    name: 'a link of Markdown',
    file: 'u.md',
    source: '# Hi\n\n[a]({{ x }})\n',
    row: { x: 'javascript:alert(1)' },
    refused: ['template-link u.md:3:5'],
  },
  {
    name: 'a button of MJML',
    file: 'u.mjml',
    source: `${hi}<mjml><mj-body><mj-section><mj-column>\n<mj-button href="{{ x }}">a</mj-button>\n</mj-column></mj-section></mj-body></mjml>`,
    row: { x: 'javascript:alert(1)' },
    refused: ['template-link u.mjml:5:12'],
  },
  {
    name: 'a background of MJML',
    file: 'u.mjml',
    source: `${hi}<mjml><mj-body><mj-section background-url="{{ x }}"><mj-column><mj-text>a</mj-text></mj-column></mj-section></mj-body></mjml>`,
    row: { x: 'javascript:alert(1)' },
    refused: ['template-link u.mjml:4:44', 'template-link u.mjml:4:44', 'template-link u.mjml:4:44'],
  },
  {
    name: 'a background of CSS',
    file: 'u.html',
    source: '<p style="background:url({{ x }})">a</p>',
    row: { x: '//evil.example' },
    refused: ['template-link u.html:1:22'],
  },
  {
    name: 'the second of two links',
    file: 'u.html',
    source: '<a href="https://a.example/{{ x }}">a</a>\n<a href="{{ y }}">b</a>',
    row: { x: 'javascript:1', y: 'data:,' },
    refused: ['template-link u.html:2:4'],
  },
  {
    name: 'a link behind a condition',
    file: 'u.html',
    source: '<a href="{% if x %}{{ x }}{% endif %}">a</a>',
    row: { x: 'data:,' },
    refused: ['template-link u.html:1:4'],
  },
  {
    name: 'a link in HTML of a cell',
    file: 'u.html',
    source: '<p>{{ x | raw }}</p>',
    row: { x: '<a href="javascript:1">a</a>' },
    refused: ['template-link'],
  },
  {
    name: 'a link that a variable holds',
    file: 'u.html',
    source: '{% assign y = x | append: ":1" %}<a href="{{ y }}">a</a>',
    row: { x: 'javascript' },
    refused: ['template-link u.html:1:37'],
  },
];

const yaml = (text: string, body = '<p>Hi</p>') => `---\n${text}\n---\n${body}`;
const bomb = [
  'a: &a [x,x,x,x,x,x,x,x,x,x]',
  ...'bcdefghi'
    .split('')
    .map((name, index) => `${name}: &${name} [${many(`*${'abcdefgh'[index]},`, 10).slice(0, -1)}]`),
].join('\n');
const frontMatter: readonly HostileTemplate[] = [
  { name: 'a billion aliases', file: 'y.html', source: yaml(bomb), refused: ['template-syntax y.html:2'] },
  {
    name: 'a tag for a function',
    file: 'y.html',
    source: yaml('subject: !!js/function "function(){}"'),
    refused: ['template-syntax y.html:2:24'],
  },
  {
    name: 'a tag for octets',
    file: 'y.html',
    source: yaml('subject: !!binary "SGk="'),
    refused: ['template-syntax y.html:2:19'],
  },
  {
    name: 'a list as subject',
    file: 'y.html',
    source: yaml('subject: [a, b]'),
    refused: ['template-syntax y.html:2:1'],
  },
  {
    name: 'a mapping as subject',
    file: 'y.html',
    source: yaml('subject: {a: b}'),
    refused: ['template-syntax y.html:2:10'],
  },
  {
    name: 'nothing as subject',
    file: 'y.html',
    source: yaml('subject:'),
    refused: ['template-syntax y.html:2:9'],
  },
  {
    name: 'a key twice',
    file: 'y.html',
    source: yaml('subject: a\nsubject: b'),
    refused: ['template-syntax y.html:3:1'],
  },
  {
    name: 'a list instead of keys',
    file: 'y.html',
    source: yaml('- a'),
    refused: ['template-syntax y.html:2'],
  },
  {
    name: 'text instead of keys',
    file: 'y.html',
    source: yaml('subject'),
    refused: ['template-syntax y.html:2'],
  },
  {
    name: 'brackets without end',
    file: 'y.html',
    source: yaml(`subject: ${many('[', 20_000)}`),
    refused: ['template-syntax y.html:2:1'],
  },
  {
    name: 'an alias of nothing',
    file: 'y.html',
    source: yaml('subject: *a'),
    refused: ['template-syntax y.html:2:10'],
  },
  {
    name: 'a tab as indent',
    file: 'y.html',
    source: yaml('subject:\n\ta'),
    refused: ['template-syntax y.html:3:1'],
  },
  {
    name: 'two documents',
    file: 'y.html',
    source: '---\nsubject: Hi\n...\nsubject: b\n---\n<p>Hi</p>',
    refused: ['template-syntax y.html:4:1'],
  },
  {
    name: '__proto__ as a key',
    file: 'y.html',
    source: yaml('subject: Hi\n__proto__: x', '<p>{{ __proto__ }}</p>'),
    html: '<p>x</p>',
  },
  {
    name: 'a prototype as a key',
    file: 'y.html',
    source: yaml('subject: Hi\n__proto__: {x: y}', '<p>{{ x }}</p>'),
    refused: ['template-syntax y.html:3:12'],
  },
  {
    name: 'Liquid in a default',
    file: 'y.html',
    source: yaml('subject: Hi\nx: "{{ name }}"', '<p>{{ x }}</p>'),
    row: { name: 'A' },
    refused: ['template-placeholder y.html:3:5'],
  },
  {
    name: 'Liquid in a sender',
    file: 'y.html',
    source: yaml('subject: Hi\nfrom: "{{ x }}@x.example"'),
    row: { x: 'a' },
    html: '<p>Hi</p>',
  },
  {
    name: 'Liquid in a preheader',
    file: 'y.html',
    source: yaml('subject: Hi\npreheader: "{{ x }}"'),
    row: { x: '<script>' },
    html: '<div style="display:none;max-height:0;overflow:hidden">&lt;script&gt;</div><p>Hi</p>',
  },
  {
    name: 'an unknown field in a preheader',
    file: 'y.html',
    source: yaml('subject: Hi\npreheader: "{{ nobody }}"'),
    refused: ['template-field'],
  },
  {
    name: 'NUL in a default',
    file: 'y.html',
    source: yaml('subject: Hi\nx: "a\\0b"', '<p>{{ x }}</p>'),
    refused: ['template-syntax y.html:3:1'],
  },
  {
    name: 'a line end in a subject',
    file: 'y.html',
    source: yaml('subject: "a\\r\\nBcc: evil@x.example"'),
    refused: ['template-field'],
  },
  {
    name: 'that does not end',
    file: 'y.html',
    source: '---\nsubject: Hi\n<p>Hi</p>',
    refused: ['template-syntax y.html:1'],
  },
  {
    name: 'and nothing else',
    file: 'y.txt',
    source: '---\nsubject: Hi\n---\n',
    refused: ['template-syntax y.txt'],
  },
  { name: 'empty', file: 'y.html', source: '---\n---\n<p>Hi</p>', refused: ['template-subject y.html'] },
];

const encodings: readonly HostileTemplate[] = [
  { name: 'empty', file: 'o.html', source: '', refused: ['template-syntax o.html'] },
  { name: 'blanks alone', file: 'o.txt', source: '\n \n', refused: ['template-syntax o.txt'] },
  { name: 'with a byte order mark', file: 'o.html', source: '\ufeff<p>ü</p>', html: '<p>ü</p>' },
  {
    name: 'with a byte order mark and front matter',
    file: 'o.html',
    source: `\ufeff${hi}<p>ü</p>`,
    html: '<p>ü</p>',
  },
  {
    name: 'in UTF-16 with a mark',
    file: 'o.html',
    source: Buffer.from('\ufeff<p>ü</p>', 'utf16le'),
    refused: ['template-syntax o.html:1'],
  },
  {
    name: 'in UTF-16 without a mark',
    file: 'o.html',
    source: Buffer.from('<p>u</p>', 'utf16le'),
    refused: ['template-syntax o.html:1:2'],
  },
  {
    name: 'in Latin-1',
    file: 'o.html',
    source: Buffer.from('<p>ü</p>', 'latin1'),
    refused: ['template-syntax o.html:1'],
  },
  {
    name: 'with NUL',
    file: 'o.html',
    source: '<p>a</p>\n<p>a\0b</p>',
    refused: ['template-syntax o.html:2:5'],
  },
  {
    name: 'with an escape sequence',
    file: 'o.txt',
    source: `${hi}a\n\x1b[2J`,
    refused: ['template-syntax o.txt:5:1'],
  },
  {
    name: 'with half of a pair',
    file: 'o.html',
    source: Buffer.concat([Buffer.from('<p>'), Buffer.of(0xed, 0xa0, 0x80), Buffer.from('</p>')]),
    refused: ['template-syntax o.html:1'],
  },
  { name: 'with CR alone', file: 'o.txt', source: `${hi}a\rb\r`.replaceAll('\n', '\r'), text: 'a\nb\n' },
  { name: 'with CRLF', file: 'o.txt', source: `${hi}a\nb\n`.replaceAll('\n', '\r\n'), text: 'a\nb\n' },
  {
    name: 'with dots and From',
    file: 'o.txt',
    source: `${hi}.\n..\nFrom x\n.\n`,
    text: '.\n..\nFrom x\n.\n',
  },
  {
    name: 'of 2 MB',
    file: 'o.html',
    source: `<p>${many('x', 2_000_000)}</p>`,
    refused: ['template-syntax o.html'],
  },
  { name: 'a folder', file: 'o.html', source: { strange: 'folder' }, refused: ['io'] },
  { name: 'a FIFO', file: 'o.html', source: { strange: 'fifo' }, refused: ['io'] },
  { name: '/dev/zero', file: 'o.html', source: { strange: 'zero' }, refused: ['io'] },
  {
    name: 'a text part that is not UTF-8',
    file: 'o.html',
    source: '<p>Hi</p>',
    files: { 'o.txt': 'a\0b' },
    refused: ['template-syntax o.txt:1:2'],
  },
];

const heavy: readonly HostileTemplate[] = [
  {
    name: 'a loop of a billion',
    file: 'd.html',
    source: '{% for i in (1..1000000000) %}x{% endfor %}',
    refused: ['template-field people.ndjson:1'],
  },
  {
    name: 'a text that doubles',
    file: 'd.html',
    source: `{% assign a = "x" %}${many('{% assign a = a | append: a %}', 40)}{{ a }}`,
    refused: ['template-field people.ndjson:1'],
  },
  {
    name: 'three loops in one another',
    file: 'd.html',
    source: `${many('{% for i in (1..1000) %}', 3)}x${many('{% endfor %}', 3)}`,
    refused: ['template-field people.ndjson:1'],
  },
  {
    name: '20,000 conditions in one another',
    file: 'd.html',
    source: many('{% if name %}', 20_000) + many('{% endif %}', 20_000),
    refused: ['template-syntax d.html'],
  },
  {
    name: 'a loop over a long cell',
    file: 'd.html',
    source: '{% assign a = x | split: "" %}{% for i in a %}{% for j in a %}x{% endfor %}{% endfor %}',
    row: { x: many('x', 50_000) },
    refused: ['template-field people.ndjson:1'],
  },
  {
    name: '100,000 brackets in Markdown',
    file: 'd.md',
    source: `# Hi\n\n${many('[', 100_000)}\n`,
    html: '[[[[',
  },
  {
    name: '10,000 quotes in Markdown',
    file: 'd.md',
    source: `# Hi\n\n${many('>', 10_000)} x\n`,
    html: '<blockquote ',
  },
  {
    name: '100,000 stars in Markdown',
    file: 'd.md',
    source: `# Hi\n\n${many('*a', 50_000)}\n`,
    html: '<em>a',
  },
  {
    name: 'an attribute of 100 KB',
    file: 'd.html',
    source: `<p title="${many('x', 100_000)}">a</p>`,
    html: `<p title="${many('x', 100_000)}">a</p>`,
  },
  {
    name: '30,000 tags that never end',
    file: 'd.html',
    source: many('<a b ', 30_000),
    html: many('<a b ', 30_000).trim(),
  },
  {
    name: '3,000 elements in one another in MJML',
    file: 'd.mjml',
    source: `${hi}<mjml><mj-body>${many('<mj-wrapper>', 3_000)}${many('</mj-wrapper>', 3_000)}</mj-body></mjml>`,
    refused: ['template-syntax d.mjml'],
  },
  {
    name: '20,000 elements in one another',
    file: 'd.html',
    source: many('<div>', 20_000),
    refused: ['template-syntax d.html'],
  },
  {
    name: '3,000 tables in one another',
    file: 'd.html',
    source: many('<table><tr><td>', 3_000),
    refused: ['template-syntax d.html'],
  },
  {
    name: '30,000 quotes that never end',
    file: 'd.html',
    source: many('<p title="', 30_000),
    html: many('<p title="', 30_000),
  },
  {
    name: '50,000 beginnings of a comment',
    file: 'd.html',
    source: `<p>{{ name }}</p>${many('<!--', 50_000)}`,
    row: { name: 'A' },
    html: '<p>A</p>',
  },
  {
    name: '50,000 outputs that never end',
    file: 'd.html',
    source: many('{{', 50_000),
    refused: ['template-syntax d.html:1:1'],
  },
  {
    name: '1,000 sections of MJML',
    file: 'd.mjml',
    source: `${hi}<mjml><mj-body>${many('<mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section>', 1_000)}</mj-body></mjml>`,
    html: '>x</div>',
  },
];

export const hostileTemplates: Readonly<Record<string, readonly HostileTemplate[]>> = {
  'a merge field': missing,
  'what is left over': leftovers,
  'code in a field': injections,
  'a file of somebody’s': files,
  'HTML of a cell': escaping,
  'an address that a field begins': urls,
  'front matter': frontMatter,
  'a template': encodings,
  'too much': heavy,
};
