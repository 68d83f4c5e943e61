import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

/** What mail is judged by: an untried branch here loses a message, sends it twice or sends it to somebody else. */
const judges = [
  'src/recipients/transitions.ts',
  'src/smtp/reply.ts',
  'src/smtp/judge.ts',
  'src/smtp/outcome.ts',
  'src/smtp/envelope.ts',
  'src/smtp/dot-stuff.ts',
  'src/smtp/capabilities.ts',
  'src/smtp/stop-loss.ts',
  'src/smtp/retry.ts',
  'src/smtp/window.ts',
  'src/smtp/reply-signs.ts',
  'src/smtp/transaction-engine.ts',
  'src/smtp/throttle.ts',
  'src/message/mailbox.ts',
  'src/message/domain.ts',
  'src/message/header-field.ts',
];

/** `npm run coverage`: by the tests of these rules alone, in each file. */
export default defineConfig({
  test: {
    ...base.test,
    include: ['test/{recipients,smtp,message}/*.test.ts'],
    coverage: {
      provider: 'v8',
      include: judges,
      reporter: ['text'],
      thresholds: { perFile: true, branches: 95 },
    },
  },
});
