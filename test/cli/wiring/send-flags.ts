/** By flag of `send` and `resume`: what stands on the line, and what has to be in the request. */
export const requestFlags: Readonly<Record<string, readonly [argv: readonly string[], request: object]>> = {
  '--limit': [['--limit', '17'], { limit: 17 }],
  '--rate': [['--rate', '30/m'], { rate: { count: 30, perMs: 60_000 } }],
  '--connections': [['--connections', '3'], { connections: 3 }],
  '--window': [['--window', '5'], { window: 5 }],
  '--interleave': [['--interleave'], { interleave: true }],
  '--retry-for': [['--retry-for', '2h'], { retryForMs: 7_200_000 }],
};

/** By key: a configuration file, and what has to be in the request, or in the server. */
export const transportSettings: Readonly<Record<string, readonly [text: string, seen: object]>> = {
  'send.rate': ['send.rate = "7/s"\n', { rate: { count: 7, perMs: 1_000 } }],
  'send.connections': ['send.connections = 9\n', { connections: 9 }],
  'send.window': ['send.window = "auto"\n', { window: 64 }],
  'smtp.url': [
    '[smtp]\nurl = "smtps://ann@mail.example.org:4650"\n',
    { server: { host: 'mail.example.org', port: 4650, tls: 'implicit', user: 'ann', password: 'secret' } },
  ],
  'smtp.host': ['[smtp]\nhost = "mail.example.org"\n', { server: { host: 'mail.example.org', port: 587 } }],
  'smtp.port': ['[smtp]\nhost = "mail.example.org"\nport = 2525\n', { server: { port: 2525 } }],
  'smtp.user': ['[smtp]\nhost = "mail.example.org"\nuser = "bob"\n', { server: { user: 'bob' } }],
  'smtp.tls': [
    '[smtp]\nhost = "mail.example.org"\ntls = "implicit"\n',
    { server: { tls: 'implicit', port: 465 } },
  ],
  'smtp.ehlo_name': [
    '[smtp]\nhost = "mail.example.org"\nehlo_name = "me.example.org"\n',
    { server: { ehloName: 'me.example.org' } },
  ],
  'smtp.ca': ['[smtp]\nhost = "mail.example.org"\nca = "ca.pem"\n', { server: { ca: 'an authority' } }],
};
