/** `{% echo %}`, which prints a value as `{{ }}` does: the engine's own makes a text of one that is HTML before it escapes it. */
import type { Context, Emitter, Liquid as Engine, TagToken, TopLevelToken } from 'liquidjs';
import { Tag, toValue, Value } from './liquidjs.js';

/** @param print what the engine's outputs end with. */
export function echoAsPrinted(engine: Engine, print: (value: unknown) => unknown): void {
  engine.registerTag(
    'echo',
    class extends Tag {
      readonly #value: InstanceType<typeof Value> | undefined;

      constructor(token: TagToken, rest: TopLevelToken[], liquid: Engine) {
        super(token, rest, liquid);
        this.tokenizer.skipBlank();
        if (!this.tokenizer.end()) this.#value = new Value(this.tokenizer.readFilteredValue(), liquid);
      }

      *render(context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
        if (this.#value === undefined) return;
        const value = yield this.#value.value(context, false);
        const isRaw = this.#value.filters.at(-1)?.raw === true;
        emitter.write(
          toValue(isRaw ? value : print.call({ context, token: this.token, liquid: this.liquid }, value)),
        );
      }

      *arguments(): Generator<InstanceType<typeof Value>, void, void> {
        if (this.#value !== undefined) yield this.#value;
      }
    },
  );
}
