/** As the layout of the text part (`text-layout.ts`) knows elements that html-to-text takes for words among others. HTML §15.3 */
const names: ReadonlyMap<string, string> = new Map([
  ...'address dd details dialog dt fieldset figcaption hgroup legend optgroup option search summary'
    .split(' ')
    .map(name => [name, 'line'] as const),
  ['dl', 'div'],
  ['figure', 'div'],
  ['menu', 'ul'],
  ['dir', 'ul'],
]);

export function layoutName(element: string): string {
  return names.get(element) ?? element;
}
