import { Problem } from '../../problem.js';
import { printJson } from '../../terminal/json.js';
import type { Config } from '../config/load-config.js';
import { shownValue } from '../config/mask-secrets.js';
import { printOrigin } from '../config/print-origin.js';
import { type Setting, type SettingValue, settings } from '../config/settings.js';
import { needsTrust, projectFile, trust } from '../config/trust.js';
import { createContext } from '../context.js';
import type { GlobalOptions } from '../options.js';
import { fitted } from '../output.js';

export async function runConfigShow(options: GlobalOptions & { origin?: boolean }): Promise<void> {
  const { config, output, json } = await createContext(options);
  const rows = settings.flatMap(setting => {
    const { key } = setting;
    const found = config.values.get(key);
    return found === undefined
      ? []
      : [{ key, value: shownValue(setting, found.value), origin: printOrigin(found.origin) }];
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
    const line = `${key} = ${printJson(value)}${options.origin === true ? `    # ${origin}` : ''}`;
    output.data(fitted(line, output.stdout));
  }
  for (const [name, members] of config.aliases)
    output.data(fitted(`aliases.${name} = ${printJson(members)}`, output.stdout));
  if (rows.length === 0) output.say('No settings yet. `mailtrack help config` shows a file to start from.');
}

/** Trusts the bytes that were parsed by this very process, and says what they decide. */
export async function runConfigTrust(options: GlobalOptions): Promise<void> {
  const { config, output } = await createContext(options);
  const project = projectFile(config);
  if (project === undefined) {
    throw new Problem('input-missing', 'there is no mailtrack.toml here or above', {
      fix: 'A file named by --config or MAILTRACK_CONFIG, and your own config.toml, need no trust.',
    });
  }
  for (const line of decided(config)) output.say(line);
  await trust(project);
  output.say(`${project.file} is trusted as it is now; after a change it has to be trusted again.`);
}

function decided({ layers }: Config): readonly string[] {
  const values = layers.filter(({ place }) => place.kind === 'project').flatMap(layer => [...layer.values]);
  return values.flatMap(([key, { value, origin }]) => {
    const setting = settings.find(candidate => candidate.key === key);
    return setting === undefined || !needsTrust(key)
      ? []
      : [`${printOrigin(origin)}  ${key} = ${printJson(readable(setting, value))}`];
  });
}

/** Nobody can trust a command that they do not see: it runs as they are, and is read in the file all the same. */
function readable(setting: Setting, value: SettingValue): SettingValue {
  return setting.key.endsWith('_command') ? value : shownValue(setting, value);
}
