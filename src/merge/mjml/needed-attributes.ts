/** Attributes without which MJML writes an element that loads nothing: `<img>` without `src`, `@import url(undefined)`. */
import { nearest } from '../../nearest.js';
import { Problem } from '../../problem.js';
import type { ProtectedText } from '../liquid/liquid-protection.js';
import type { MjmlElement, MjmlNode, MjmlTree } from './mjml-tree.js';

const needed: Readonly<Record<string, readonly string[] | undefined>> = {
  'mj-carousel-image': ['src'],
  'mj-class': ['name'],
  'mj-font': ['name', 'href'],
  'mj-html-attribute': ['name'],
  'mj-image': ['src'],
  'mj-selector': ['path'],
};

/** Networks that MJML has an icon for; each of them with `-noshare` behind it, too. */
export const socialNetworks: ReadonlySet<string> = new Set([
  'dribbble',
  'facebook',
  'github',
  'google',
  'instagram',
  'linkedin',
  'medium',
  'pinterest',
  'snapchat',
  'soundcloud',
  'tumblr',
  'twitter',
  'vimeo',
  'web',
  'x',
  'xing',
  'youtube',
]);

/** @returns a problem for each element that lacks one. */
export function findNeededAttributes(tree: MjmlTree, source: ProtectedText): readonly Problem[] {
  const inherited = new InheritedAttributes(tree.root);
  return tree.elements.flatMap(element => {
    if (inherited.isDefinition(element.node)) return [];
    const missing = (needed[element.node.tagName] ?? []).find(
      name => inherited.valueOf(element.node, name) === undefined,
    );
    if (missing !== undefined) return [withoutAttribute(element, missing, tree)];
    return element.node.tagName === 'mj-social-element'
      ? unknownNetwork(element, inherited, tree, source)
      : [];
  });
}

function withoutAttribute({ node, offset }: MjmlElement, name: string, { placeOf }: MjmlTree): Problem {
  return new Problem('template-syntax', `${node.tagName} has no ${name}`, {
    where: placeOf(offset),
    fix: `Write <${node.tagName} ${name}="…" />.`,
  });
}

function unknownNetwork(
  { node, offset, attributes }: MjmlElement,
  inherited: InheritedAttributes,
  { placeOf }: MjmlTree,
  source: ProtectedText,
): readonly Problem[] {
  if (inherited.valueOf(node, 'src') !== undefined) return [];
  const where = placeOf(attributes.find(({ name }) => name === 'name')?.valueOffset ?? offset);
  const name = inherited.valueOf(node, 'name');
  if (name === undefined) {
    const fix = 'Write name="facebook", say, or name an image of your own with src.';
    return [new Problem('template-syntax', 'mj-social-element has neither name nor src', { where, fix })];
  }
  const network = source.restore(String(name));
  if (socialNetworks.has(network.replace(/-noshare$/, ''))) return [];
  const meant = nearest(network, socialNetworks);
  return [
    new Problem('template-syntax', `MJML has no icon for the network "${network}"`, {
      where,
      fix: `${meant === undefined ? '' : `Did you mean "${meant}"? `}Name an image of your own with src.`,
    }),
  ];
}

/** What `mj-attributes` and `mj-class` say of elements. */
class InheritedAttributes {
  readonly #byTag = new Map<string, MjmlNode['attributes']>();
  readonly #byClass = new Map<string, MjmlNode>();
  readonly #definitions = new Set<MjmlNode>();

  constructor(root: MjmlNode) {
    const childrenOf = (nodes: readonly MjmlNode[], name: string) =>
      nodes.filter(({ tagName }) => tagName === name).flatMap(({ children }) => children);
    const inHead = childrenOf(root.children, 'mj-head');
    for (const node of childrenOf(inHead, 'mj-attributes')) this.#define(node);
  }

  #define(node: MjmlNode): void {
    if (node.tagName !== 'mj-class') {
      this.#definitions.add(node);
      this.#byTag.set(node.tagName, { ...this.#byTag.get(node.tagName), ...node.attributes });
      return;
    }
    this.#byClass.set(String(node.attributes['name']), node);
    for (const inner of node.children) this.#definitions.add(inner);
  }

  /** Whether it only sets attributes of other elements. */
  isDefinition(node: MjmlNode): boolean {
    return this.#definitions.has(node);
  }

  valueOf({ tagName, attributes }: MjmlNode, name: string): string | boolean | undefined {
    const classes = String(attributes['mj-class'] ?? '').split(/\s+/);
    const ofClass = classes.flatMap(one => this.#byClass.get(one)?.attributes[name] ?? []).at(-1);
    return (
      attributes[name] ??
      ofClass ??
      this.#byTag.get(tagName)?.[name] ??
      (name === 'name' ? undefined : this.#byTag.get('mj-all')?.[name])
    );
  }
}
