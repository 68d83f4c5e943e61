/**
 * `{% markup %}` in a `capture` of the text part: before it stands the text, behind it the HTML that the other part has there. No
 * template writes it: `text-captures.ts` does, where something asks for the value.
 */
import type { Context, Liquid as Engine, TagToken, Template, TopLevelToken } from 'liquidjs';
import { CaptureTag, Parser, Tag, TypeGuards } from './liquidjs.js';
import { markupOf } from './markup.js';
import { TextMarkup } from './text-markup.js';

/** Tags that change values: what they do may be done once, though both contents are rendered. */
const changing = /\{%-?\s*(?:assign|break|capture|continue|cycle|decrement|increment|liquid)\b/;

/** @param html the engine that prints the HTML. */
export function captureBoth(engine: Engine, html: Engine): void {
  class MarkupTag extends Tag {
    readonly templates: Template[] = [];
    readonly changesValues: boolean;

    constructor(token: TagToken, rest: TopLevelToken[], liquid: Engine) {
      super(token, rest, liquid);
      const parser = new Parser(html);
      const begin = token.end;
      let end = begin;
      for (let next = rest[0]; next !== undefined && !isEnd(next); next = rest[0]) {
        rest.shift();
        this.templates.push(parser.parseToken(next, rest));
        end = rest[0]?.begin ?? end;
      }
      this.changesValues = changing.test(token.input.slice(begin, end));
    }

    *render(): Generator<unknown, void, unknown> {
      // The tag around it renders what it holds.
    }
  }
  engine.registerTag('markup', MarkupTag);
  engine.registerTag(
    'capture',
    class extends CaptureTag {
      override *render(context: Context): Generator<unknown, void, string> {
        const markup = this.templates.at(-1);
        if (!(markup instanceof MarkupTag)) {
          yield* super.render(context);
          return;
        }
        const apart = markup.changesValues ? copyOf(context) : context;
        const written = yield html.renderer.renderTemplates(markup.templates, apart);
        yield* super.render(context);
        const scope = context.bottom() as Record<string, unknown>;
        scope[this.variable] = new TextMarkup(markupOf(written), String(scope[this.variable]));
      }
    },
  );
}

function isEnd(token: TopLevelToken): boolean {
  return TypeGuards.isTagToken(token) && token.name === 'endcapture';
}

/** With the same values, in which others can be set. */
function copyOf(context: Context): Context {
  const copy = context.spawn({ ...context.environments });
  for (const [name, value] of Object.entries(context.getAll()))
    if (value !== context.environments[name]) (copy.bottom() as Record<string, unknown>)[name] = value;
  copy.setRegister('cycle', { ...context.getRegister('cycle', {}) });
  return copy;
}
