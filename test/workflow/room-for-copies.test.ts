import { expect, it } from 'vitest';
import { type HeldCopy, RoomForCopies } from '../../src/workflow/room-for-copies.js';

/** Octets of a piece beside which no other of that size is made. */
const largeBytes = 17_000_000;

/** Tells which copies were made, in that order. */
function copies(room = new RoomForCopies()) {
  const made: string[] = [];
  const hold = (name: string, piece: Uint8Array, hasOwnFiles = true): Promise<HeldCopy> =>
    room.hold(hasOwnFiles, async () => {
      made.push(name);
      return [new Uint8Array(10), piece];
    });
  return { room, made, hold };
}

/** Everything that can go on without a release has gone on. */
const idle = () => new Promise(resolve => setImmediate(resolve));

it('makes no copy with a file of its own beside a large one, until that is released', async () => {
  const { made, hold } = copies();
  const first = await hold('first', new Uint8Array(largeBytes));
  const second = hold('second', new Uint8Array(largeBytes));
  const third = hold('third', new Uint8Array(10));
  await idle();
  expect(made).toEqual(['first']);
  first.release();
  (await second).release();
  await third;
  expect(made).toEqual(['first', 'second', 'third']);
});

it('makes copies with small files side by side', async () => {
  const { made, hold } = copies();
  await Promise.all(['first', 'second', 'third'].map(name => hold(name, new Uint8Array(900_000))));
  expect(made).toEqual(['first', 'second', 'third']);
});

it('counts a piece of several copies once, until the last of them is released', async () => {
  const { made, hold } = copies();
  const shared = new Uint8Array(largeBytes - 2_000_000);
  const [one, other] = [await hold('one', shared), await hold('other', shared)];
  await hold('third', new Uint8Array(1_500_000));
  one.release();
  const fourth = hold('fourth', new Uint8Array(10));
  await idle();
  expect(made).toEqual(['one', 'other', 'third']);
  other.release();
  await fourth;
  expect(made).toEqual(['one', 'other', 'third', 'fourth']);
});

it('lets copies without files of their own pass', async () => {
  const { made, hold } = copies();
  await hold('first', new Uint8Array(largeBytes));
  await hold('everybody’s', new Uint8Array(largeBytes), false);
  expect(made).toEqual(['first', 'everybody’s']);
});

it('goes on behind a copy that cannot be made', async () => {
  const { room, made, hold } = copies();
  const failing = room.hold(true, () => Promise.reject(new Error('the file is gone')));
  const next = hold('next', new Uint8Array(10));
  await expect(failing).rejects.toThrow('the file is gone');
  await next;
  expect(made).toEqual(['next']);
});
