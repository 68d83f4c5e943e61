import { Box, render, Text } from 'ink';
import type { SendEvent } from '../workflow/events.js';
import { visible } from './clean.js';
import { advanceProgress, type Progress, rateOf, startProgress } from './progress.js';

/** Often enough to look alive; drawing per event would cost more than sending. */
const framesPerSecond = 8;

export interface LiveProgress {
  show(event: SendEvent): void;
  /** Draws the last state and gives the terminal back. */
  close(): Promise<void>;
}

/** A live region of at most three lines on the terminal's stderr; of fewer where the window is lower, as long as it is. */
export function startLiveProgress(
  stderr: NodeJS.WriteStream,
  total: number,
  nowMs: () => number,
): LiveProgress {
  let progress = startProgress(total, nowMs());
  const view = () => (
    <SendProgress
      progress={progress}
      nowMs={nowMs()}
      width={stderr.columns || 80}
      height={(stderr.rows || 24) - 1}
    />
  );
  // Before Ink's own listener: a frame of the old size would be drawn once more.
  const onResize = () => instance.rerender(view());
  stderr.prependListener('resize', onResize);
  const instance = render(view(), { stdout: neverFull(stderr), patchConsole: false, exitOnCtrlC: false });
  const timer = setInterval(() => instance.rerender(view()), 1_000 / framesPerSecond);
  return {
    show(event) {
      progress = advanceProgress(progress, event);
    },
    async close() {
      clearInterval(timer);
      stderr.removeListener('resize', onResize);
      instance.rerender(view());
      instance.unmount();
      await instance.waitUntilExit();
    },
  };
}

/**
 * Ink takes a frame as high as the window for one that fills it, and erases the whole terminal with what was scrolled out,
 * the plan included. Frames are kept lower here; but a window may be made lower than the frame that is in it.
 */
function neverFull(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return new Proxy(stream, {
    get(target, key) {
      if (key === 'rows') return Number.MAX_SAFE_INTEGER;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** @param height lines at most: one less than the window has, since the cursor stands below. */
export function SendProgress({
  progress,
  nowMs,
  width,
  height,
}: {
  progress: Progress;
  nowMs: number;
  width: number;
  height: number;
}) {
  const rate = rateOf(progress, nowMs);
  const left = progress.total - progress.settled;
  const eta = rate > 0 && left > 0 ? ` · ${duration(left / rate)} left` : '';
  const lines = [
    <Text key="bar" wrap="truncate-end">
      {bar(progress, width - 40)}
      {progress.settled}/{progress.total} · {rate.toFixed(0)}/s{eta}
    </Text>,
    <Text key="counts" dimColor wrap="truncate-end">
      {counts(progress, width)}
    </Text>,
    progress.lastProblem === undefined ? null : (
      <Text key="problem" color="yellow" wrap="truncate-end">
        {visible(progress.lastProblem)}
      </Text>
    ),
  ];
  return (
    <Box flexDirection="column" width={width}>
      {lines.slice(0, Math.max(0, height))}
    </Box>
  );
}

/** In a narrow window only those who are there. */
function counts(progress: Progress, width: number): string {
  const all = (['accepted', 'deferred', 'rejected', 'uncertain'] as const).map(
    state => [progress[state], state] as const,
  );
  const print = (some: typeof all) => some.map(([count, state]) => `${count} ${state}`).join(' · ');
  const whole = print(all);
  return whole.length <= width ? whole : print(all.filter(([count]) => count > 0));
}

/** Numbers before pictures: none in a narrow window. */
function bar({ settled, total }: Progress, room: number): string {
  if (room < 10) return '';
  const width = Math.min(40, room);
  const filled = total === 0 ? width : Math.round((settled / total) * width);
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)} `;
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3_600) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3_600).toFixed(1)} h`;
}
