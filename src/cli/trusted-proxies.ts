import { Networks } from '../http/client-network.js';
import { Problem } from '../problem.js';
import type { Config } from './config/load-config.js';

/**
 * The fronts whose word is taken about where a request came from: of `--trusted-proxy`, else of `serve.trusted_proxies`.
 * @returns undefined when there are none. @throws Problem `usage`, `config`.
 */
export function trustedProxies(given: readonly string[] | undefined, config: Config): Networks | undefined {
  const texts = given ?? (config.values.get('serve.trusted_proxies')?.value as readonly string[] | undefined);
  if (texts === undefined || texts.length === 0) return undefined;
  const networks = Networks.parse(texts);
  if (networks.ok) return networks.value;
  const name = given === undefined ? 'serve.trusted_proxies' : '--trusted-proxy';
  throw new Problem(given === undefined ? 'config' : 'usage', `${name}: ${networks.why}`, {
    fix: 'Name addresses or networks, such as 127.0.0.1 or 10.0.0.0/8.',
  });
}
