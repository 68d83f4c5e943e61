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

/** A live region of three lines on the terminal's stderr. */
export function startLiveProgress(
  stderr: NodeJS.WriteStream,
  total: number,
  nowMs: () => number,
): LiveProgress {
  let progress = startProgress(total, nowMs());
  const view = () => <SendProgress progress={progress} nowMs={nowMs()} width={stderr.columns ?? 80} />;
  const instance = render(view(), { stdout: stderr, patchConsole: false, exitOnCtrlC: false });
  const timer = setInterval(() => instance.rerender(view()), 1_000 / framesPerSecond);
  return {
    show(event) {
      progress = advanceProgress(progress, event);
    },
    async close() {
      clearInterval(timer);
      instance.rerender(view());
      instance.unmount();
      await instance.waitUntilExit();
    },
  };
}

export function SendProgress({
  progress,
  nowMs,
  width,
}: {
  progress: Progress;
  nowMs: number;
  width: number;
}) {
  const rate = rateOf(progress, nowMs);
  const left = progress.total - progress.settled;
  const eta = rate > 0 && left > 0 ? ` · ${duration(left / rate)} left` : '';
  return (
    <Box flexDirection="column">
      <Text>
        {bar(progress, Math.min(40, Math.max(10, width - 40)))} {progress.settled}/{progress.total} ·{' '}
        {rate.toFixed(0)}/s{eta}
      </Text>
      <Text dimColor>
        {progress.accepted} accepted · {progress.deferred} deferred · {progress.rejected} rejected ·{' '}
        {progress.uncertain} uncertain
      </Text>
      {progress.lastProblem === undefined ? null : (
        <Text color="yellow" wrap="truncate-end">
          {visible(progress.lastProblem)}
        </Text>
      )}
    </Box>
  );
}

function bar({ settled, total }: Progress, width: number): string {
  const filled = total === 0 ? width : Math.round((settled / total) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3_600) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3_600).toFixed(1)} h`;
}
