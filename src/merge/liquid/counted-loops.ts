/**
 * Loops that are counted over a whole copy. The engine looks at the clock alone, twice and for seconds, and a list has thousands of
 * copies; a count is the same on every machine.
 */
import type { Context, Liquid as Engine, Template } from 'liquidjs';
import { ForTag, TablerowTag } from './liquidjs.js';

/** A table of a thousand rows and ten columns is a tenth of it, and no message that is read. */
export const mostRounds = 100_000;

export class TooManyRounds extends Error {}

/** Replaces the tags of the engine that repeat. */
export function countRounds(engine: Engine): void {
  // A render has one context, whatever its loops push on it.
  const rounds = new WeakMap<Context, number>();
  const count = (context: Context) => {
    const reached = (rounds.get(context) ?? 0) + 1;
    rounds.set(context, reached);
    if (reached > mostRounds) throw new TooManyRounds();
  };
  // In the first of the templates, and not before it: `break` has the engine look again between two templates.
  const countIn = (templates: Template[], token: Template['token']) => {
    const first = templates[0];
    const counting = Object.create(first ?? { token }) as Template;
    counting.render = function* (context, emitter): Generator<unknown, unknown, unknown> {
      count(context);
      return yield first?.render(context, emitter);
    };
    templates[0] = counting;
  };
  engine.registerTag(
    'for',
    class extends ForTag {
      constructor(...args: ConstructorParameters<typeof ForTag>) {
        super(...args);
        countIn(this.templates, this.token);
      }
    },
  );
  engine.registerTag(
    'tablerow',
    class extends TablerowTag {
      constructor(...args: ConstructorParameters<typeof TablerowTag>) {
        super(...args);
        countIn(this.templates, this.token);
      }
    },
  );
}
