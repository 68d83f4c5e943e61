/** Of our own variables, those that hold no secret. A new one is kept from children until it is named here. */
const harmless: ReadonlySet<string> = new Set([
  'MAILTRACK_CONFIG',
  'MAILTRACK_CONTACTS',
  'MAILTRACK_FROM',
  'MAILTRACK_OUTPUT',
  'MAILTRACK_PROFILE',
  'MAILTRACK_TRACKING_URL',
]);

/**
 * For programs that we start: a password command, a browser or a messenger has no use for our password, our
 * key, or URLs that may hold a password, and would hand them on to whatever it starts itself.
 * The process that compiles templates gets less still (`bounded-process.ts`).
 */
export function childEnvironment(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^MAILTRACK_/i.test(name) || harmless.has(name)),
  );
}
