import { startSandbox } from '../../smtp-client/sandbox.js';
import { untilStopSignal } from '../../system/signals.js';
import { visible } from '../../terminal/clean.js';
import { printJson } from '../../terminal/json.js';
import { createContext } from '../context.js';
import type { GlobalOptions } from '../options.js';
import { fitted } from '../output.js';

export interface SandboxOptions extends GlobalOptions {
  readonly port?: number;
  readonly dir: string;
}

const defaultPort = 1025;

/** Accepts mail until it is told to stop; one line, or one JSON object, per message on stdout. */
export async function runSandbox(options: SandboxOptions): Promise<void> {
  const { output, json } = await createContext(options);
  const sandbox = await startSandbox({
    port: options.port ?? defaultPort,
    dir: options.dir,
    onMessage: ({ sequence, envelopeFrom, recipients, bytes, file }) => {
      const facts = { sequence, from: envelopeFrom, to: recipients, bytes: bytes.length, file };
      const line = `${sequence}  ${envelopeFrom} → ${recipients.join(', ')}  ${bytes.length} bytes  ${file ?? ''}`;
      output.data(json ? printJson(facts) : fitted(visible(line), output.stdout));
    },
  });
  output.say(
    `Sandbox on smtp://127.0.0.1:${sandbox.port}: accepts everything, delivers nothing. Messages go to ${options.dir}.`,
  );
  output.say('Stop with Ctrl-C.');
  await untilStopSignal();
  await sandbox.close();
}
