import { describe, expect, it } from 'vitest';
import { loadDriver, refuseDriver } from '../../src/store/sqlite/driver.js';

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

  it('works on this Node', async () => {
    const Driver = await loadDriver();
    expect(new Driver(':memory:').prepare('SELECT 1').pluck().get()).toBe(1);
  });
});
