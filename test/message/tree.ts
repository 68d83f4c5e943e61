/** Media types as they are nested: `mixed(alternative(text/plain, text/html), application/pdf)`. */
export function treeOf(entity: string): string {
  const end = entity.indexOf('\r\n\r\n');
  const fields = entity.slice(0, end).replaceAll(/\r\n[ \t]+/g, ' ');
  const type = /^content-type: *([^;\r]+)/im.exec(fields)?.[1] ?? '';
  const boundary = /boundary="([^"]+)"/.exec(fields)?.[1];
  if (boundary === undefined) return type;
  // What a related part is, its first part is. RFC 2387 §3.1
  if (type === 'multipart/related' && !fields.includes('type="text/html"')) return `${type} without a type`;
  const [, ...parts] = `\r\n${entity.slice(end + 4)}`.split(`\r\n--${boundary}`).slice(0, -1);
  return `${type.replace('multipart/', '')}(${parts.map(part => treeOf(part.replace(/^\r\n/, ''))).join(', ')})`;
}
