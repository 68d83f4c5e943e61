/** The part of mjml 5 that is used; the package ships no types. */
declare module 'mjml' {
  export interface MjmlError {
    readonly line: number;
    readonly message: string;
    readonly tagName: string;
  }
  export interface MjmlOptions {
    readonly validationLevel: 'strict' | 'soft' | 'skip';
    readonly ignoreIncludes?: boolean;
    readonly keepComments: boolean;
    /** Stylesheets by the name of the font that they bring. */
    readonly fonts?: Readonly<Record<string, string>>;
  }
  /** @param source MJML, or the tree that mjml's parser makes of it. */
  export default function mjml2html(
    source: string | object,
    options: MjmlOptions,
  ): Promise<{ html: string; errors: MjmlError[] }>;
}
