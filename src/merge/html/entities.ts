/** Character references of HTML, as browsers read them. HTML §13.2.5.72–80 */
import { decodeHTML, decodeHTMLAttribute } from 'entities';

/** Of text, or of a title. */
export function decodeEntities(text: string): string {
  return text.includes('&') ? decodeHTML(text) : text;
}

/** Of the value of an attribute, where `?a=1&copy=2` is an address and no sign. HTML §13.2.5.73 */
export function decodeAttribute(value: string): string {
  return value.includes('&') ? decodeHTMLAttribute(value) : value;
}
