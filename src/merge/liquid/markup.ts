/**
 * Values that are HTML already: what `capture` kept, and what a filter wrote that returns HTML. They are printed as they are, and
 * are a text to everything else. What is made of one by a filter stays one, so that nothing is escaped twice, and `raw` brings
 * nothing into the HTML that was not there.
 */
import type { Context, Liquid as Engine } from 'liquidjs';
import { decodeEntities } from '../html/entities.js';
import { CaptureTag, Drop, filters, TypeGuards } from './liquidjs.js';

export type FilterHandler = Extract<Engine['filters'][string], (...values: never[]) => unknown>;
export type FilterImpl = ThisParameterType<FilterHandler>;

export class Markup extends Drop {
  readonly #printed: string;
  readonly #text: string;

  /**
   * @param printed as it goes into the copy.
   * @param text as conditions and filters have it.
   */
  constructor(printed: string, text: string) {
    super();
    this.#printed = printed;
    this.#text = text;
  }

  get printed(): string {
    return this.#printed;
  }

  /** With elements of its own, which no text has. */
  get hasElements(): boolean {
    return this.#text === this.#printed && this.#printed.includes('<');
  }

  get size(): number {
    return this.#text.length;
  }

  override valueOf(): string {
    return this.#text;
  }

  override toString(): string {
    return this.#text;
  }
}

/** HTML in which `<`, `>`, `&` and quotes that are words are escaped. */
export function markupOf(html: string): Markup {
  return new Markup(html, html.includes('<') ? html : decodeEntities(html));
}

const special = /[&<>"']/g;
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

export function escapeHtml(value: string): string {
  return value.replace(special, character => entities[character] ?? character);
}

/** What is captured was escaped when it was printed. */
export function captureMarkup(engine: Engine): void {
  engine.registerTag(
    'capture',
    class extends CaptureTag {
      override *render(context: Context): Generator<unknown, void, string> {
        yield* super.render(context);
        const scope = context.bottom() as Record<string, unknown>;
        scope[this.variable] = markupOf(String(scope[this.variable]));
      }
    },
  );
}

/** Where a value is printed, if no `raw` is before. */
export function printEscaped(this: FilterImpl, value: unknown): string {
  if (typeof value !== 'string')
    return value instanceof Markup ? value.printed : (filters['escape'] as FilterHandler).call(this, value);
  this.context.memoryLimit.use(value.length);
  return escapeHtml(value);
}

/** Filters that leave elements in what they are given, or take them out. Others may make new ones: of `%3C`, for instance. */
const harmless = new Set(
  'append prepend capitalize downcase upcase strip lstrip rstrip strip_newlines strip_html default join concat first last replace replace_first replace_last remove remove_first remove_last slice split truncate truncatewords'.split(
    ' ',
  ),
);

/** Has the filters of an engine take such values, and give them back. */
export function keepMarkup(engine: Engine): void {
  for (const [name, filter] of Object.entries(engine.filters)) {
    if (typeof filter !== 'function') continue;
    engine.registerFilter(name, function (value: unknown, ...args: readonly unknown[]): unknown {
      if (holdsMarkup(value) || args.some(holdsMarkup))
        return filterMarkup(this, name, filter, [value, ...args]);
      return filter.call(this, value, ...args);
    });
  }
  engine.registerFilter('raw', {
    raw: true,
    handler: (value: unknown) => (value instanceof Markup ? value.printed : value),
  });
}

/** A list of them is what `split` makes. */
function holdsMarkup(value: unknown): boolean {
  return value instanceof Markup || (Array.isArray(value) && value.some(one => one instanceof Markup));
}

function filterMarkup(
  self: FilterImpl,
  name: string,
  filter: FilterHandler,
  values: readonly unknown[],
): unknown {
  const hasElements = values.flat().some(value => value instanceof Markup && value.hasElements);
  const readOne = (value: unknown, isWritten: boolean): unknown => {
    if (value instanceof Markup) return hasElements ? value.printed : value.valueOf();
    return hasElements && !isWritten && typeof value === 'string' ? escapeHtml(value) : value;
  };
  const read = (value: unknown, index: number) => {
    // What the author wrote into the filter is HTML beside HTML.
    const isWritten = index > 0 && TypeGuards.isQuotedToken(self.token.args[index - 1]);
    return Array.isArray(value) ? value.map(one => readOne(one, isWritten)) : readOne(value, isWritten);
  };
  const [value, ...args] = values.map(read);
  const result = filter.call(self, value, ...args);
  const keep = (made: unknown) => {
    if (typeof made !== 'string') return made;
    if (!hasElements) return new Markup(escapeHtml(made), made);
    return harmless.has(name) ? markupOf(made) : made;
  };
  return Array.isArray(result) ? result.map(keep) : keep(result);
}
