import { describe, expect, it } from 'vitest';
import { loadDriver, refuseDriver, unusable } from '../../src/store/sqlite/driver.js';

describe('the SQLite driver', () => {
  it('is rejected before it is loaded when it was installed for a newer Node', () => {
    expect(() => refuseDriver('13.2.0', '20.20.2')).toThrow(
      expect.objectContaining({
        code: 'database',
        message: 'the SQLite driver better-sqlite3 13.2.0 does not run on Node.js 20.20.2',
        fix: 'mailtrack was installed with a newer Node.js. Use that one, or install mailtrack again with this one.',
      }),
    );
  });

  it.each([
    ['12.11.1', '20.19.0'],
    ['12.11.1', '24.21.0'],
    ['13.2.0', '22.12.0'],
    ['13.2.0', '26.10.0'],
  ])('%s is taken on Node %s', (driver, node) => {
    expect(() => refuseDriver(driver, node)).not.toThrow();
  });

  it.each([
    [
      'is not there, since npm removed what it could not build',
      {
        message: "Cannot find module 'better-sqlite3/package.json'\nRequire stack:",
        code: 'MODULE_NOT_FOUND',
      },
      'the SQLite driver better-sqlite3 is not installed: npm could not build it for Node.js 20.19.0',
      'Install python3, make and g++, then run `npm install --prefix /opt/mailtrack --no-save better-sqlite3@12`. Or use Node.js 22.13 or newer, which has SQLite built in.',
    ],
    [
      'was built for another Node',
      {
        message: "The module '…/better_sqlite3.node'\nwas compiled against … NODE_MODULE_VERSION 137.",
        code: 'ERR_DLOPEN_FAILED',
      },
      'the SQLite driver better-sqlite3 is installed, but does not load: it was built for another version of Node.js',
      'Run `npm rebuild --prefix /opt/mailtrack better-sqlite3` (without a ready-made binary it needs python3, make and g++). Or use Node.js 22.13 or newer, which has SQLite built in.',
    ],
    [
      'was installed without its scripts',
      { message: 'Could not locate the bindings file. Tried:\n → /a\n → /b' },
      'the SQLite driver better-sqlite3 is installed, but does not load: its binary was never built',
      'Run `npm rebuild --prefix /opt/mailtrack better-sqlite3` (without a ready-made binary it needs python3, make and g++). Or use Node.js 22.13 or newer, which has SQLite built in.',
    ],
    [
      'needs a library that is not there',
      { message: 'libstdc++.so.6: cannot open shared object file', code: 'ERR_DLOPEN_FAILED' },
      'the SQLite driver better-sqlite3 is installed, but does not load: libstdc++.so.6: cannot open shared object file',
      'Run `npm rebuild --prefix /opt/mailtrack better-sqlite3` (without a ready-made binary it needs python3, make and g++). Or use Node.js 22.13 or newer, which has SQLite built in.',
    ],
  ])('that %s is said to be that, with a command that helps', (_, fault, message, fix) => {
    const cause = Object.assign(new Error(fault.message), fault);
    expect(unusable(cause, '20.19.0', '/opt/mailtrack')).toMatchObject({ code: 'database', message, fix });
  });

  it('is installed without what only the development of mailtrack needs, into a folder that may have blanks', () => {
    const folder = '/my programs/lib/node_modules/mailtrack';
    const cause = Object.assign(new Error('x'), { code: 'MODULE_NOT_FOUND' });
    expect(unusable(cause, '20.19.0', folder).fix).toContain(
      "`npm install --prefix '/my programs/lib/node_modules/mailtrack' --no-save --omit=dev better-sqlite3@12`",
    );
  });

  it('works on this Node', async () => {
    const Driver = await loadDriver();
    expect(new Driver(':memory:').prepare('SELECT 1').pluck().get()).toBe(1);
  });
});
