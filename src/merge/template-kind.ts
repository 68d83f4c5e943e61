export type TemplateKind = 'mjml' | 'html' | 'md' | 'txt';

/** @returns undefined when the name does not end in a way that says what it is. */
export function templateKind(path: string): TemplateKind | undefined {
  const ending = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase();
  if (ending === 'mjml' || ending === 'html' || ending === 'md' || ending === 'txt') return ending;
  if (ending === 'htm') return 'html';
  return ending === 'markdown' ? 'md' : undefined;
}
