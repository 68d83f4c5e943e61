import { randomBytes } from 'node:crypto';
import type { Random } from '../workflow/ports.js';

export const systemRandom: Random = { bytes: count => randomBytes(count) };
