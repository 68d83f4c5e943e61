/** Tags of Liquid that print elements of HTML, or a value as it is, as a text has them. */
import type { Context, Emitter, Liquid as Engine, Template } from 'liquidjs';
import { CycleTag, type TablerowTag } from './liquidjs.js';

/** Between the cells of a row; as in tables of the HTML (`text-tables.ts`). */
const separator = ' | ';

/** Replaces `tablerow`, whose rows are lines, and `cycle`, which the engine prints no 0 of. Its loops have to be counted by now. */
export function registerTextTags(engine: Engine): void {
  const Tablerow = engine.tags['tablerow'] as typeof TablerowTag;
  engine.registerTag(
    'tablerow',
    class extends Tablerow {
      override *render(context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
        const rows = new RowEmitter(emitter);
        const content = this.templates;
        this.templates = [rows.around(content)];
        try {
          yield* super.render(context, rows);
        } finally {
          this.templates = content;
        }
      }
    },
  );
  engine.registerTag(
    'cycle',
    class extends CycleTag {
      override *render(context: Context, emitter: Emitter): Generator<unknown, unknown, unknown> {
        const value = yield* super.render(context, emitter);
        return value === undefined || value === null ? '' : String(value);
      }
    },
  );
}

/** Writes what stands in the cells, and lines and signs in place of the elements around them. */
class RowEmitter implements Emitter {
  readonly #emitter: Emitter;
  #isInCell = false;
  #cells = 0;
  #rows = 0;

  constructor(emitter: Emitter) {
    this.#emitter = emitter;
  }

  get buffer(): string {
    return this.#emitter.buffer;
  }

  write(html: unknown): void {
    if (this.#isInCell) {
      this.#emitter.write(html);
    } else if (String(html).startsWith('<tr')) {
      if (this.#rows > 0) this.#emitter.write('\n');
      this.#rows += 1;
      this.#cells = 0;
    } else if (String(html).startsWith('<td')) {
      if (this.#cells > 0) this.#emitter.write(separator);
      this.#cells += 1;
    }
  }

  /** The content of a cell. */
  around(templates: readonly Template[]): Template {
    const setInCell = (isInCell: boolean) => {
      this.#isInCell = isInCell;
    };
    return {
      token: (templates[0] as Template).token,
      *render(context: Context, emitter: Emitter) {
        setInCell(true);
        yield* context.liquid.renderer.renderTemplates([...templates], context, emitter);
        setInCell(false);
      },
    } as Template;
  }
}
