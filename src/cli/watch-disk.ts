import { systemClock } from '../system/clock.js';
import type { DiskRoom } from '../workflow/fact-ports.js';
import { DiskAlarm } from '../workflow/watch-disk.js';
import type { ServeLog } from './serve-log.js';

const lookEveryMs = 1_000;

/** Looks whether or not anything is fetched, so that there is somebody to make room before it is. */
export function watchDisk(room: () => DiskRoom, log: ServeLog): void {
  const alarm = new DiskAlarm();
  const look = () => {
    const event = alarm.look(room(), systemClock.monotonicMs());
    if (event !== undefined) log.show(event);
  };
  look();
  setInterval(look, lookEveryMs).unref();
}
