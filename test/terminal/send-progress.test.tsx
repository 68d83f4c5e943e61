import { EventEmitter } from 'node:events';
import { renderToString } from 'ink';
import { expect, it } from 'vitest';
import { advanceProgress, rateOf, startProgress } from '../../src/terminal/progress.js';
import { SendProgress, startLiveProgress } from '../../src/terminal/send-progress.js';
import type { SendEvent } from '../../src/workflow/events.js';

const settled = (state: 'accepted' | 'deferred' | 'rejected', attempt = 1): SendEvent => ({
  kind: 'recipient-settled',
  emailId: 'em_a',
  emailAddress: 'bob@example.com',
  role: 'to',
  state,
  replyCode: 451,
  enhancedStatusCode: '',
  replyText: 'later\x1b[2J',
  attempt,
  at: new Date(0),
});

const events = [settled('accepted'), settled('accepted'), settled('deferred'), settled('accepted', 2)];
const progress = events.reduce(advanceProgress, startProgress(10, 0));

it('counts each recipient once, however often they were tried', () => {
  expect(progress).toMatchObject({ total: 10, settled: 3, accepted: 3, deferred: 1 });
  expect(rateOf(progress, 2_000)).toBe(1.5);
  expect(rateOf(progress, 0)).toBe(0);
});

const draw = (width: number, height: number) =>
  renderToString(<SendProgress progress={progress} nowMs={2_000} width={width} height={height} />, {
    columns: width,
  });

it('draws three lines with the last problem made harmless', () => {
  expect(draw(80, 23).split('\n')).toEqual([
    `${'█'.repeat(12)}${'░'.repeat(28)} 3/10 · 2/s · 5 s left`,
    '3 accepted · 1 deferred · 0 rejected · 0 uncertain',
    'bob@example.com: 451 later\\x1b[2J',
  ]);
});

it.each([
  [20, 23, ['3/10 · 2/s · 5 s le…', '3 accepted · 1 defe…', 'bob@example.com: 45…']],
  [49, 23, ['3/10 · 2/s · 5 s left', '3 accepted · 1 deferred', expect.any(String)]],
  [80, 2, [`${'█'.repeat(12)}${'░'.repeat(28)} 3/10 · 2/s · 5 s left`, expect.any(String)]],
  [20, 1, ['3/10 · 2/s · 5 s le…']],
  [20, 0, ['']],
  [5, 23, ['3/10…', '3 ac…', 'bob@…']],
])('keeps to %i columns and %i lines', (width, height, lines) => {
  expect(draw(width, height).split('\n')).toEqual(lines);
});

/** A terminal that remembers what is written to it. */
class Window extends EventEmitter {
  readonly isTTY = true;
  written = '';

  constructor(
    public columns: number,
    public rows: number,
  ) {
    super();
  }

  write(text: string): boolean {
    this.written += text;
    return true;
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    this.emit('resize');
  }
}

it.each([
  [80, 3],
  [20, 24],
  [20, 3],
  [20, 1],
])('never erases what was scrolled out of a window that becomes %i × %i', async (columns, rows) => {
  const window = new Window(80, 24);
  const live = startLiveProgress(window as unknown as NodeJS.WriteStream, 10, () => 2_000);
  for (const event of events) live.show(event);
  window.resize(80, 23);
  window.resize(columns, rows);
  const before = window.written.length;
  window.resize(columns, rows + 1);
  window.resize(columns, rows);
  await live.close();
  expect(window.written).not.toMatch(/\x1b\[[23]J|\x1bc/);
  const frames = window.written.slice(before).split('\x1b[G');
  const lines = frames.map(frame => frame.split('\n').length - 1);
  expect(Math.max(...lines)).toBeLessThanOrEqual(Math.min(3, rows));
  expect(window.listenerCount('resize')).toBe(0);
});
