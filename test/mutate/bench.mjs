import { fork } from 'node:child_process';

/** The process that runs the tests, begun again when a mistake keeps it from answering. */
export class Bench {
  #child;

  /**
   * @param longestMs a mistake may loop for ever; then the process is ended, and that is noticed, too.
   * @returns {Promise<{ failed?: string, isTime?: boolean, count?: number }>} `isTime`: nothing failed but a limit of time.
   */
  async judge(task, longestMs) {
    this.#child ??= await this.#start();
    const child = this.#child;
    return new Promise(resolve => {
      const settle = answer => {
        clearTimeout(timer);
        child.off('message', settle);
        child.off('exit', onExit);
        resolve(answer);
      };
      const onExit = () => {
        this.#child = undefined;
        settle({ failed: 'the process with the tests ended' });
      };
      const timer = setTimeout(() => {
        child.off('exit', onExit);
        this.#end();
        settle({ failed: 'the tests did not end', isTime: true });
      }, longestMs);
      child.once('message', settle);
      child.once('exit', onExit);
      child.send(task);
    });
  }

  close() {
    this.#end();
  }

  /** It leads a group of its own, with the processes that it starts. */
  #start() {
    const child = fork(new URL('judge.mjs', import.meta.url), { detached: true });
    return new Promise((resolve, reject) => {
      child.once('message', () => resolve(child));
      child.once('error', reject);
    });
  }

  #end() {
    if (this.#child === undefined) return;
    process.kill(-this.#child.pid, 'SIGKILL');
    this.#child = undefined;
  }
}
