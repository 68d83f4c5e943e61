import type { Command, Option } from 'commander';
import { createCommand } from '../commander.js';
import { defineSend } from './send.js';

/** Of `How:` and `Safety:` what says what a copy is, not how it travels. */
const about = ['--smtp', '--tracking-url', '--expose', '--allow-placeholders', '--allow-local-tracking'];

/**
 * The options of `send` that say who gets what: what is checked or looked at is named as it would be sent. Taken from
 * `send` itself, so that a new one is understood here too.
 */
export function addOptionsOfSend(command: Command): void {
  const send = createCommand('send');
  defineSend(send);
  for (const option of send.options) if (saysWhoOrWhat(option)) command.addOption(option);
}

function saysWhoOrWhat({ helpGroupHeading, long }: Option): boolean {
  if (long === '--limit') return false;
  return helpGroupHeading === 'Who:' || helpGroupHeading === 'What:' || about.includes(long ?? '');
}
