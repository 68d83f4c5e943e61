/** The elements of HTML by name. */

/** Those that mail programs show, and that leave the page around them alone. */
export const shownElements: ReadonlySet<string> = new Set(
  `a abbr acronym address area article aside b bdi bdo big blockquote br caption center cite code col colgroup data dd del
  details dfn dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main map mark nav
  ol p picture pre q rp rt ruby s samp section small source span strike strong sub summary sup table tbody td tfoot th thead
  time tr tt u ul var wbr`.split(/\s+/),
);

/** Known to HTML, so that nobody meant them as words. */
export const otherElements: ReadonlySet<string> = new Set(
  `applet audio base body button canvas embed fieldset form frame frameset head html iframe input label legend link math meta
  noembed noframes noscript object option output plaintext script select slot style svg template textarea title track video
  xmp`.split(/\s+/),
);

/** The others of HTML §4 and §16.2, `image`, and `xml`, which Word writes. */
const rareElements: ReadonlySet<string> = new Set(
  `basefont bgsound blink datalist dialog hgroup image keygen listing marquee menu menuitem meter multicol nextid nobr optgroup
  param progress rb rtc search xml`.split(/\s+/),
);

/** @param name in lower case. */
export function isHtmlElement(name: string): boolean {
  return shownElements.has(name) || otherElements.has(name) || rareElements.has(name);
}
