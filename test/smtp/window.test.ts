import { describe, expect, it } from 'vitest';
import { autoWindow, createWindow, widestWindow } from '../../src/smtp/window.js';

describe('the window of a session', () => {
  it('opens behind two acceptances, by one with each, up to the widest', () => {
    const window = createWindow({ widest: 4 });
    const widths = [window.width];
    for (let accepted = 0; accepted < 6; accepted += 1) {
      window.accepted();
      widths.push(window.width);
    }
    expect(widths).toEqual([1, 1, 2, 3, 4, 4, 4]);
  });

  it('closes at any other reply, and opens again as it did at first', () => {
    const window = createWindow({ widest: 9 });
    for (let accepted = 0; accepted < 5; accepted += 1) window.accepted();
    expect(window.width).toBe(5);
    window.unexpected();
    const widths = [window.width];
    for (let accepted = 0; accepted < 3; accepted += 1) {
      window.accepted();
      widths.push(window.width);
    }
    expect(widths).toEqual([1, 1, 2, 3]);
  });

  it('stays closed in all sessions when one of them closes it', () => {
    const limit = { widest: 8 };
    const [here, there] = [createWindow(limit), createWindow(limit)];
    for (let accepted = 0; accepted < 5; accepted += 1) there.accepted();
    here.close();
    expect([limit.widest, there.width]).toEqual([1, 1]);
    there.accepted();
    expect(there.width).toBe(1);
  });

  it('is as wide as docs/cli.md says', () => {
    expect([autoWindow, widestWindow]).toEqual([64, 1_000]);
  });
});
