import { levelOf, serveJson, serveLine } from '../terminal/serve-log.js';
import type { ServeEvent } from '../workflow/events.js';
import type { Context } from './context.js';
import { fitted } from './output.js';

export interface ServeLog {
  show(event: ServeEvent): void;
  /** A line for each fetch: on a terminal, and where it is asked for. */
  readonly showsFetches: boolean;
}

/** Lines for a person on a terminal; everywhere else JSON, an object a line, for whatever collects it. */
export function createServeLog({ output, json, quiet }: Context, verbose: boolean): ServeLog {
  const isForPerson = output.stderr.isTTY === true && !json;
  const showsFetches = (isForPerson || verbose) && !quiet;
  /** Lines since the last one that could be written. Counting goes on without a log. */
  let missed = 0;
  const write = (event: ServeEvent, done: (arrived: boolean) => void) => {
    const text = isForPerson ? fitted(serveLine(event), output.stderr) : serveJson(event, new Date());
    output.streams.tryToWrite('stderr', `${text}\n`, done);
  };
  return {
    showsFetches,
    show(event) {
      const level = levelOf(event);
      if (level === 'debug' && !showsFetches) return;
      if (quiet && level === 'info') return;
      const gap = missed;
      if (gap > 0)
        write({ kind: 'log-missed', lines: gap }, arrived => {
          if (arrived) missed -= gap;
        });
      write(event, arrived => {
        if (!arrived) missed += 1;
      });
    },
  };
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
