/**
 * Icons of `mj-accordion`, `mj-carousel` and `mj-social-element` that MJML takes from servers of others when the template names
 * none: whoever opens the message tells those servers of it.
 */
import type { ProtectedText } from '../liquid/liquid-protection.js';
import type { TemplateNotice } from '../template-notice.js';
import type { MjmlTree } from './mjml-tree.js';

/** What to write instead, by component. */
const ownIcons: Readonly<Record<string, string>> = {
  'mj-accordion': 'icon-wrapped-url="plus.png" icon-unwrapped-url="minus.png"',
  'mj-carousel': 'left-icon="left.png" right-icon="right.png"',
  'mj-social-element': 'src="facebook.png"',
};

/** Where the icons of each component come from. */
const addresses: readonly (readonly [string, RegExp])[] = [
  ['mj-accordion', /^https:\/\/i\.imgur\.com\/(?:bIXv1bk|w4uTygT)\./],
  ['mj-carousel', /^https:\/\/i\.imgur\.com\/(?:xTh3hln|os7o9kz)\./],
  ['mj-social-element', /^https:\/\/www\.mailjet\.com\/images\//],
];

/** @returns one notice for each component and host, at the first element of it. */
export function findBorrowedIcons(
  html: string,
  tree: MjmlTree,
  source: ProtectedText,
): readonly TemplateNotice[] {
  const urls = [...html.matchAll(/\ssrc="(https?:[^"]+)"/g)].map(([, url = '']) => url);
  const borrowed = [...new Set(urls)].filter(url => !source.text.includes(url));
  const found = new Map<string, string>();
  for (const url of borrowed) {
    const component = addresses.find(([, address]) => address.test(url))?.[0];
    if (component !== undefined && !found.has(component)) found.set(component, new URL(url).host);
  }
  return [...found].map(([component, host]) => {
    const element = tree.elements.find(
      ({ node }) =>
        node.tagName === component && !(component === 'mj-social-element' && 'src' in node.attributes),
    );
    return {
      code: 'mjml-icons',
      what: `MJML loads the icons of ${component} from ${host}, which is told of every reader`,
      where: tree.placeOf(element?.offset ?? 0),
      fix: `Name images of your own, which are attached: ${ownIcons[component]}.`,
    };
  });
}
