/**
 * The settings of one server, all from one place: a URL brings its own port, TLS and user. If any place could complete
 * another's server, a file that somebody else wrote could take the password of one server to another.
 */
import { Problem } from '../../problem.js';
import type { Config, ConfigLayer, ConfigPlace, ConfigValue } from './load-config.js';
import { printOrigin } from './print-origin.js';

export interface ServerSettings {
  readonly place: ConfigPlace;
  /** The setting that names it: `<group>.url` or `<group>.host`. */
  readonly named: ConfigValue;
  /** @param name within the group, such as `port`. */
  value(name: string): ConfigValue | undefined;
}

/** Names that say where a server is and how it is spoken to. */
const ofServer = ['port', 'tls', 'user'] as const;

/**
 * The strongest place that names a server, and what it says of it.
 * @param group `smtp`; the table of the settings.
 * @param place where to look; everywhere when left out.
 * @returns undefined when no server is named there.
 */
export function findServerSettings(
  config: Config,
  group: string,
  place?: ConfigPlace,
): ServerSettings | undefined {
  const layers = config.layers.filter(layer => place === undefined || layer.place === place);
  const layer = layers.find(candidate => namesServer(candidate, group));
  return layer === undefined ? undefined : settingsOf(layer, layers, group);
}

/**
 * The server that a value of this layer was written for: its own, or else the one that the same place names.
 * @returns undefined when the place names none: the value is for whichever server is configured elsewhere.
 */
export function findServerBeside(
  config: Config,
  group: string,
  layer: ConfigLayer,
): ServerSettings | undefined {
  return namesServer(layer, group)
    ? settingsOf(layer, config.layers, group)
    : findServerSettings(config, group, layer.place);
}

/** @throws Problem `config` when a place that names no server says something of one: it would be ignored. */
export function refuseStrays(config: Config, group: string, server: ServerSettings): void {
  for (const { place, values } of config.layers) {
    if (place === server.place || findServerSettings(config, group, place) !== undefined) continue;
    const key = ofServer.map(name => `${group}.${name}`).find(candidate => values.has(candidate));
    const stray = key === undefined ? undefined : values.get(key);
    if (stray === undefined) continue;
    throw new Problem(
      'config',
      `${key} of ${printOrigin(stray.origin)} does not go with the server of ${printOrigin(server.named.origin)}`,
      { fix: 'Write the address, port, tls and user of a server in one place; a URL can hold all of them.' },
    );
  }
}

function settingsOf(layer: ConfigLayer, layers: readonly ConfigLayer[], group: string): ServerSettings {
  // Beside the layer itself, those of its place that name no other server: a profile, or what profiles share.
  const parts = layers.filter(
    candidate => candidate === layer || (candidate.place === layer.place && !namesServer(candidate, group)),
  );
  const value = (name: string) =>
    parts.find(part => part.values.has(`${group}.${name}`))?.values.get(`${group}.${name}`);
  return {
    place: layer.place,
    named: layer.values.get(`${group}.url`) ?? (layer.values.get(`${group}.host`) as ConfigValue),
    value: name => (name === 'url' || name === 'host' ? layer.values.get(`${group}.${name}`) : value(name)),
  };
}

function namesServer({ values }: ConfigLayer, group: string): boolean {
  return values.has(`${group}.url`) || values.has(`${group}.host`);
}
