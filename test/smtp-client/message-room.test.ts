import { PassThrough, Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { MessageRoom } from '../../src/smtp-client/message-room.js';

const limits = { messageBytes: 1_000, totalBytes: 1_500 };
const octets = (count: number) => Buffer.alloc(count, 'x');

it('reads a message of exactly the limit', async () => {
  const bytes = await new MessageRoom(limits).read(Readable.from([octets(600), octets(400)]));
  expect(bytes.equals(octets(1_000))).toBe(true);
});

it('reads one that is larger to its end, and keeps nothing of it from the limit on', async () => {
  const room = new MessageRoom(limits);
  let asked = 0;
  const heldBytes: number[] = [];
  const chunks = (function* () {
    for (; asked < 100; asked += 1) {
      heldBytes.push(room.heldBytes);
      yield octets(100);
    }
  })();
  await expect(room.read(Readable.from(chunks, { highWaterMark: 1 }))).rejects.toMatchObject({
    responseCode: 552,
    message: 'more than 1000 octets',
  });
  expect(asked).toBe(100);
  expect(Math.max(...heldBytes)).toBeLessThanOrEqual(1_000);
  expect(heldBytes.at(-1)).toBe(0);
});

it('refuses what is too much together, and has the room again when the others are read', async () => {
  const room = new MessageRoom(limits);
  const first = new PassThrough();
  const reading = room.read(first);
  first.write(octets(900));
  await new Promise(resolve => setImmediate(resolve));
  expect(room.heldBytes).toBe(900);
  await expect(room.read(Readable.from([octets(700)]))).rejects.toMatchObject({
    responseCode: 452,
    message: 'too many messages are arriving at once, try again',
  });
  first.end();
  expect(await reading).toHaveLength(900);
  expect(await room.read(Readable.from([octets(700)]))).toHaveLength(700);
  expect(room.heldBytes).toBe(0);
});

it('has the room again when a sender breaks off', async () => {
  const room = new MessageRoom(limits);
  const broken = new PassThrough();
  const reading = room.read(broken);
  broken.write(octets(900));
  await new Promise(resolve => setImmediate(resolve));
  broken.destroy(new Error('reset'));
  await expect(reading).rejects.toThrow('reset');
  expect(room.heldBytes).toBe(0);
});
