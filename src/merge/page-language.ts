/** The language of the words of a page, for screen readers, hyphens and the side that lines begin on. */
export interface PageLanguage {
  /** Of BCP 47. */
  readonly tag: string;
  readonly direction: 'ltr' | 'rtl';
}

/** Scripts of Unicode that are written from right to left, by their names in ISO 15924. */
const rightToLeft = new Set('Adlm Arab Aran Hebr Mand Mend Nkoo Rohg Samr Syrc Thaa Yezi'.split(' '));

/** @param locale that Intl knows; undefined when the template names none. */
export function pageLanguage(locale: string | undefined): PageLanguage | undefined {
  if (locale === undefined) return undefined;
  const known = new Intl.Locale(locale);
  // Without what is for numbers and calendars alone: `ar-u-nu-latn`.
  const tag = known.baseName;
  const { script = '' } = known.maximize();
  return { tag, direction: rightToLeft.has(script) ? 'rtl' : 'ltr' };
}
