/** The part of juice that is used: its entry for browsers, which can load nothing from the network or the disk. */
declare module 'juice/client.js' {
  export interface JuiceOptions {
    readonly preserveImportant: boolean;
    readonly applyWidthAttributes: boolean;
    readonly applyHeightAttributes: boolean;
    readonly applyAttributesTableElements: boolean;
    readonly resolveCSSVariables: boolean;
  }
  const juice: { inlineContent(html: string, css: string, options: JuiceOptions): string };
  export default juice;
}
