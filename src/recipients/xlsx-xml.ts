/** As much of XML as the parts of a workbook are looked at for, beside the reader. No `<` or `>` stands in an attribute. */

const attribute = /\s*([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/y;

/** Attributes by their local names. @param text what stands behind the name of a tag. */
export function attributesOf(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  attribute.lastIndex = 0;
  for (let one = attribute.exec(text); one !== null; one = attribute.exec(text)) {
    const [, name = '', double, single = ''] = one;
    found.set(name.slice(name.indexOf(':') + 1), decodeEntities(double ?? single));
  }
  return found;
}

/** xsd:boolean, as ECMA-376 has it. */
export function isTrue(value: string | undefined): boolean {
  return value === '1' || value === 'true' || value === 'on';
}

const named: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|([a-z]{2,4}));/gi,
    (written, hex, decimal, name) => {
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      if (name !== undefined) return named.get(name) ?? written;
      return code <= 0x10ffff ? String.fromCodePoint(code) : written;
    },
  );
}
