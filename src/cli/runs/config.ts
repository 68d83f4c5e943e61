import { Problem } from '../../problem.js';
import { printJson } from '../../terminal/json.js';
import { findUpwards } from '../config/config-files.js';
import type { Origin } from '../config/load-config.js';
import { settings } from '../config/settings.js';
import { trust } from '../config/trust.js';
import { createContext } from '../context.js';
import type { GlobalOptions } from '../options.js';

export async function runConfigShow(options: GlobalOptions & { origin?: boolean }): Promise<void> {
  const { config, output, json } = await createContext(options);
  const rows = settings.flatMap(({ key, secret }) => {
    const found = config.values.get(key);
    return found === undefined
      ? []
      : [
          {
            key,
            value: secret === true ? '********' : withoutPassword(found.value),
            origin: describe(found.origin),
          },
        ];
  });
  if (json) {
    output.data(
      printJson({
        schema: 'mailtrack.config/1',
        settings: rows,
        aliases: Object.fromEntries(config.aliases),
      }),
    );
    return;
  }
  for (const { key, value, origin } of rows) {
    output.data(
      options.origin === true
        ? `${key} = ${printJson(value)}    # ${origin}`
        : `${key} = ${printJson(value)}`,
    );
  }
  for (const [name, members] of config.aliases) output.data(`aliases.${name} = ${printJson(members)}`);
  if (rows.length === 0) output.say('No settings yet. `mailtrack help config` shows a file to start from.');
}

export async function runConfigTrust(options: GlobalOptions): Promise<void> {
  const { output } = await createContext(options);
  const file = findUpwards(process.cwd(), 'mailtrack.toml');
  if (file === undefined) throw new Problem('input-missing', 'there is no mailtrack.toml here or above');
  await trust(file);
  output.say(`${file} is trusted as it is now; after a change it has to be trusted again.`);
}

function withoutPassword(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/^(smtps?:\/\/[^:@/]*):[^@/]*@/, '$1:********@') : value;
}

function describe(origin: Origin): string {
  switch (origin.kind) {
    case 'flag':
    case 'environment':
      return origin.name;
    case 'project':
    case 'user':
    case 'named':
      return origin.line === undefined ? origin.file : `${origin.file}:${origin.line}`;
  }
}
