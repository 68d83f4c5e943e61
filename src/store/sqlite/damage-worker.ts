/** The thread of `damage-check.ts`: looks through the whole file once and says `ok`, or what is wrong. */
import { parentPort, workerData } from 'node:worker_threads';
import { quickCheck } from './damage-check.js';
import { loadDriver } from './driver.js';

const Driver = await loadDriver();
const database = new Driver(String(workerData), { fileMustExist: true, readonly: true });
parentPort?.postMessage(quickCheck(database, 'quick_check(1)'));
database.close();
