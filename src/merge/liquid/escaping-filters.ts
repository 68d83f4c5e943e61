/**
 * Filters that escape, where every value is escaped in HTML and none in text: they have nothing left to do, and what they would
 * do on top is a `&amp;` that a reader sees.
 */
import type { Liquid as Engine } from 'liquidjs';
import { decodeEntities } from '../html/entities.js';
import { toValue } from './liquidjs.js';
import { escapeHtml, Markup } from './markup.js';
import { breakInText } from './text-breaks.js';
import { TextMarkup } from './text-markup.js';

/** @param context where the engine prints. */
export function registerEscapingFilters(engine: Engine, context: 'html' | 'text'): void {
  const same = (value: unknown) => value;
  engine.registerFilter('escape', same);
  engine.registerFilter('xml_escape', same);
  // What is escaped already is the same once it is printed.
  engine.registerFilter('escape_once', (value: unknown) =>
    typeof value === 'string' ? decodeEntities(value) : value,
  );
  engine.registerFilter('newline_to_br', context === 'html' ? breakInHtml : breakInBoth);
}

/** Of a text: what is printed has line ends, and conditions ask for what the HTML has. */
function breakInBoth(value: unknown): unknown {
  const text = breakInText(textOf(TextMarkup.textOf(value)));
  const isKnownToBoth = typeof text === 'string' && !(value instanceof TextMarkup);
  return isKnownToBoth ? text : new TextMarkup(breakInHtml(TextMarkup.htmlOf(value)), text);
}

function breakInHtml(value: unknown): Markup {
  const html = value instanceof Markup ? value.printed : escapeHtml(textOf(value));
  const broken = html.replaceAll(/\r?\n/g, '<br />\n');
  return new Markup(broken, broken.includes('<') ? broken : textOf(value));
}

function textOf(value: unknown): string {
  const plain = toValue(value) as unknown;
  return plain === undefined || plain === null ? '' : String(plain);
}
