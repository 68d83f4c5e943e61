import { closeSync, openSync } from 'node:fs';
import { expect, it } from 'vitest';
import { descriptorLimit, readDescriptors } from '../../src/system/descriptors.js';

it.runIf(process.platform === 'linux')(
  'counts the file descriptors of this process, below its limit',
  async () => {
    const many = Array.from({ length: 1_000 }, () => openSync('/dev/null', 'r'));
    const with1000 = await readDescriptors();
    for (const one of many) closeSync(one);
    const without = await readDescriptors();
    // Vitest opens and closes some of its own meanwhile.
    expect((with1000?.open ?? 0) - (without?.open ?? 0)).toBeGreaterThan(900);
    expect(without?.limit).toBe(descriptorLimit());
    expect(without?.limit).toBeGreaterThan(with1000?.open ?? 0);
  },
);
