import { Problem } from '../problem.js';
import type { Rate } from '../smtp/pace.js';
import type { Context } from './context.js';
import { rate } from './options.js';

/** How fast to send, as `send` and `resume` take it. */
export interface TransportOptions {
  readonly connections?: number;
  readonly window?: number;
  readonly rate?: Rate;
  /** Milliseconds. */
  readonly retryFor?: number;
  readonly interleave?: boolean;
}

/** The same with the configuration and the defaults filled in. */
export interface TransportSettings {
  readonly connections: number;
  readonly window: number;
  readonly rate: Rate | undefined;
  readonly retryForMs: number;
  readonly interleave: boolean;
}

const defaults = { connections: 4, window: 1, retryForMs: 15 * 60_000 };

export function readTransportSettings(options: TransportOptions, context: Context): TransportSettings {
  return {
    connections: options.connections ?? context.number('send.connections') ?? defaults.connections,
    window: options.window ?? context.number('send.window') ?? defaults.window,
    rate: options.rate ?? configuredRate(context),
    retryForMs: options.retryFor ?? defaults.retryForMs,
    interleave: options.interleave === true,
  };
}

function configuredRate(context: Context): Rate | undefined {
  const text = context.text('send.rate');
  if (text === undefined) return undefined;
  try {
    return rate(text);
  } catch (cause) {
    throw new Problem('config', `send.rate ${JSON.stringify(text)}: ${(cause as Error).message}`, { cause });
  }
}
