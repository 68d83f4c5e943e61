/**
 * Tells systemd that the service is ready and alive (sd_notify(3)). Its socket takes Unix datagrams, which Node cannot
 * send: systemd's own `systemd-notify` does, a short process each time. docs/decisions/0011-systemd-notify.md
 */
import { spawn } from 'node:child_process';
import { childEnvironment } from './child-environment.js';

export interface ServiceManager {
  /** @returns false when there is nothing to tell it with. */
  ready(): Promise<boolean>;
  stopping(): Promise<boolean>;
  /**
   * Says now and again, for as long as the event loop turns, that we are alive; when the unit has a watchdog.
   * @returns what ends it.
   */
  keepAlive(): () => void;
}

/** @returns undefined when no service manager waits to be told. */
export function findServiceManager(environment: NodeJS.ProcessEnv): ServiceManager | undefined {
  if (!environment['NOTIFY_SOCKET']) return undefined;
  return {
    ready: () => notify('--ready', `MAINPID=${process.pid}`),
    stopping: () => notify('STOPPING=1'),
    keepAlive() {
      const everyMs = watchdogMs(environment) / 2;
      if (everyMs === 0) return () => undefined;
      const timer = setInterval(() => void notify('WATCHDOG=1'), everyMs).unref();
      return () => clearInterval(timer);
    },
  };
}

/** 0 when there is none, or it is meant for another process. */
function watchdogMs(environment: NodeJS.ProcessEnv): number {
  const pid = environment['WATCHDOG_PID'];
  if (pid !== undefined && pid !== String(process.pid)) return 0;
  const microseconds = Number(environment['WATCHDOG_USEC'] ?? 0);
  return Number.isFinite(microseconds) && microseconds > 0 ? microseconds / 1_000 : 0;
}

/** It waits until systemd has taken the message, so that it is still known whose it is; nobody else waits for it. */
function notify(...states: readonly string[]): Promise<boolean> {
  return new Promise(resolve => {
    const child = spawn('systemd-notify', states, {
      stdio: 'ignore',
      timeout: 10_000,
      env: childEnvironment(),
    });
    child.once('error', () => resolve(false));
    child.once('exit', code => resolve(code === 0));
    child.unref();
  });
}
