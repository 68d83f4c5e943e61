import type { PlanOrigins } from '../workflow/events.js';
import type { ConfigValue, Origin } from './config/load-config.js';
import { shownUrl } from './config/mask-secrets.js';
import { printOrigin } from './config/print-origin.js';
import { isTrusted, projectFile } from './config/trust.js';
import type { Context } from './context.js';
import type { SmtpAddress } from './smtp-address.js';

/** For the plan: which layer decides where mail, opens and records go, and what signs. */
export async function readPlanOrigins(
  { config, storeUrl }: Context,
  server: SmtpAddress | undefined,
): Promise<PlanOrigins> {
  const project = projectFile(config);
  const doubt = project === undefined || (await isTrusted(project)) ? '' : ', not trusted';
  const print = (origin: Origin) => printOrigin(origin) + (origin.kind === 'project' ? doubt : '');
  const of = (value: ConfigValue | undefined) => (value === undefined ? undefined : print(value.origin));
  const domain = config.values.get('dkim.domain');
  return {
    server: server === undefined ? undefined : print(server.origin),
    tracking: of(config.values.get('tracking.url')),
    database: { name: shownUrl(storeUrl), origin: of(config.values.get('store.url')) ?? 'default' },
    dkim:
      domain === undefined
        ? undefined
        : {
            domain: String(domain.value),
            origin: of(config.values.get('dkim.key_file')) ?? print(domain.origin),
          },
  };
}
