import { expect, it } from 'vitest';
import type { Context } from '../../src/cli/context.js';
import { createServeLog } from '../../src/cli/serve-log.js';

/** A log that can be written or not. */
function startLog() {
  const disk = { isFull: false, lines: [] as string[] };
  const streams = {
    tryToWrite(_: string, text: string, done: (arrived: boolean) => void) {
      if (!disk.isFull) disk.lines.push(text);
      done(!disk.isFull);
    },
  };
  const context = { json: true, quiet: false, output: { stderr: {}, streams } } as unknown as Context;
  const log = createServeLog(context, false);
  return { disk, fault: (reason: string) => log.show({ kind: 'fault', reason }) };
}

it('says how many lines are missing when the log can be written again', () => {
  const { disk, fault } = startLog();
  fault('one');
  disk.isFull = true;
  for (const reason of ['two', 'three', 'four']) fault(reason);
  disk.isFull = false;
  for (const reason of ['five', 'six']) fault(reason);
  const lines = disk.lines.map(line => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ level, event, message, lines }) => [level, event, message, lines])).toEqual([
    ['error', 'fault', 'A request failed: one', undefined],
    ['warning', 'log-missed', 'Before this, 3 lines of the log could not be written.', 3],
    ['error', 'fault', 'A request failed: five', undefined],
    ['error', 'fault', 'A request failed: six', undefined],
  ]);
});

it('speaks of one line as one', () => {
  const { disk, fault } = startLog();
  disk.isFull = true;
  fault('one');
  disk.isFull = false;
  fault('two');
  expect(JSON.parse(disk.lines[0] ?? '')).toMatchObject({
    message: 'Before this, 1 line of the log could not be written.',
  });
});
