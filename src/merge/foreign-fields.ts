/**
 * Merge fields as other programs write them. Some forms say by their signs what they are: `*|FNAME|*`, `{{ name }}`,
 * `%%First Name%%`, `[[name]]`, `[% name %]`, `{!Contact.Name}`, `${name}`, `<%= name %>`, `#if($name)`. Others are signs that
 * prose has as well: `[Name]`, `{name}`, `%name%`, `<<Name>>`, `«Name»`. Between those only a word counts that no author writes to a reader: a name that such fields have.
 */

/** `%NAME%`, but not the `%C3%A9BAR%20` of a URL. */
const percentField = '%(?![0-9A-F]{2}[A-Z0-9_]*%[0-9A-F]{2})[A-Z][A-Z0-9_]{2,}%';

/** A blank, or another sign between the words of a name. */
const s = '[ _.-]';

/** What such fields are called, in the languages that senders of mail write. */
const fieldNames = [
  `f${s}?name|l${s}?name|(?:first|last|full|given|family|middle|sur|recipient|contact|subscriber|customer|your|to)${s}?name|name`,
  `(?:your${s}|recipient${s}|contact${s})?e${s}?mail(?:${s}?address)?|company(?:${s}?name)?`,
  `(?:link${s})?unsub(?:scribe)?(?:${s}?(?:link|url|text|me|here))?|link${s}browser|opt${s}?out(?:${s}(?:link|url))?`,
  `(?:web${s}?version|view${s}in${s}browser|browser${s}?link)(?:${s}(?:link|url))?`,
  `vorname|nachname|anrede|firma|abmelde${s}?link|abmelden`,
  `pr[ée]nom|nom(?:${s}de${s}famille)?|soci[ée]t[ée]|(?:lien${s}de${s})?d[ée]sinscription`,
  'nombre|apellidos?|empresa|cognome|nome|azienda|sobrenome|apelido',
  'naam|voornaam|achternaam|f[öo]rnamn|efternamn|fornavn|etternavn|efternavn',
  'imi[ęe]|nazwisko|jm[ée]no|p[řr][íi]jmen[íi]',
].join('|');

/** Signs that say what they are; U+FDD0 begins a mark for a static run (`static-runs.ts`), and what follows is not part of the value. */
const unmistakable = [
  '\\{\\{[^{}\\n\\ufdd0]{0,60}(?:\\}\\})?',
  '\\*\\|[A-Za-z][\\w:.-]{0,60}\\|\\*',
  '%%[A-Za-z][\\w .:-]{0,60}%%',
  percentField,
  '\\{%-?[^%{}\\n\\ufdd0]{1,60}%\\}',
  // As Mailgun writes it.
  '%recipient\\.[\\w.-]{1,60}%',
  // Mailchimp's, whose stars a Markdown editor made underscores of; Mailcoach.
  '_\\|[A-Z][\\w:.-]{0,60}\\|_',
  '::[a-z]+\\.[\\w.]{1,60}::',
  // Salesforce, JavaScript, the Template Toolkit.
  '\\{![$A-Za-z][\\w.]{0,60}\\}',
  '\\$\\{[A-Za-z_][\\w.]{0,60}\\}',
  '\\[%-? {0,3}[A-Za-z][\\w. ]{0,60}-?%\\]',
  '\\[\\[[A-Za-z][\\w:.-]{0,60}\\]\\]',
  // In capitals, and a word that means the reader: [URGENT] is no field.
  '\\[(?:[A-Z_]{0,40}(?:NAME|EMAIL|COMPANY)|FIRST|LAST)\\]',
];

/** Code of languages that put words into pages: EJS, ERB and ASP; PHP; FreeMarker; Velocity; Blade; Razor. */
const code = [
  '<%[=_-]?[^%<>\\n\\ufdd0]{1,80}%>',
  '<\\?(?:=|php\\b)[^<>\\n\\ufdd0]{1,80}>',
  '</?#(?:if|else|elseif|list|assign|include|macro)\\b[^<>\\n\\ufdd0]{0,60}>',
  '(?<!\\w)#(?:if|elseif|foreach|set) ?\\([^()\\n\\ufdd0]{1,60}\\)',
  '(?<!\\w)@(?:if|elseif|foreach|isset) ?\\(\\$[^()\\n\\ufdd0]{1,60}\\)',
  '(?<!\\w)@Model\\.[A-Za-z]\\w{0,40}',
];

/** Code in braces: Smarty, Blade, comments of Jinja, FreeMarker and Velocity, AMPscript, Mautic. */
const braces = [
  '\\{(?:if |elseif |foreach )?\\$[A-Za-z_][^{}\\n\\ufdd0]{0,60}\\}',
  '\\{!![^{}\\n\\ufdd0]{1,60}!!\\}',
  '\\{#[^{}\\n\\ufdd0]{1,60}#\\}',
  '\\$(?:!\\{|\\{[A-Za-z_][\\w.]{0,40}[!?|:(])[^{}\\n\\ufdd0]{1,60}\\}',
  '%%=[^%\\n\\ufdd0]{1,60}=%%',
  '\\{(?:contactfield|ownerfield|pagelink|assetlink|formlink)=[^{}\\n\\ufdd0]{1,60}\\}',
];

/** With words that stand in for them: Sendy and Campaign Monitor, Mailjet. */
const withDefaults = [
  '\\[[A-Za-z][\\w ]{0,40}, ?fallback=[^\\]\\n\\ufdd0]{0,60}\\]',
  '\\[\\[(?:data|var):[\\w.-]{1,60}:"[^"\\n\\ufdd0]{0,60}"\\]\\]',
];

/** In Markdown `[name](…)`, `[name][…]` and `[name]:` are links. */
const ambiguous = [
  `\\[\\[?(?:${fieldNames})\\]\\]?(?![(\\[:])`,
  `(?<![$!{])\\{(?:${fieldNames})\\}(?!\\})`,
  `(?<!%)%(?:${fieldNames})%`,
  `<<(?:${fieldNames})>>`,
  `«(?:${fieldNames})»`,
  `\\(\\((?:${fieldNames})\\)\\)`,
];

export const foreignFields: readonly RegExp[] = [
  new RegExp(unmistakable.join('|'), 'g'),
  new RegExp(code.join('|'), 'g'),
  new RegExp(braces.join('|'), 'g'),
  new RegExp(withDefaults.join('|'), 'g'),
  new RegExp(ambiguous.join('|'), 'giu'),
  new RegExp(`\\{(?:${fieldNames})\\|[^{}\\n\\ufdd0]{0,40}\\}|##(?:${fieldNames})##`, 'giu'),
  new RegExp(`(?<![\\w-])-(?:${fieldNames})-(?![\\w-])`, 'giu'),
];

/** Which of the forms it has, so that a thousand of a kind can be told as one. */
export function foreignForm(text: string): string | undefined {
  return forms.find(form => text.startsWith(form));
}

/** Longer ones first. */
const forms = `(( :: _| {{ {% {! {# {$ \${ $! *| [[ [% %% << <% <? <# </ ## # @ { [ % « -`.split(' ');

/** Words in which a reader is told of a link that the template has: `<a href="{{ unsubscribe_url }}">[unsubscribe]</a>`. */
export const unsubscribeWords = /[[{]unsub(?:scribe)?(?: here)?[\]}]/gi;
