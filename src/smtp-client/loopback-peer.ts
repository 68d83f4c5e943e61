/**
 * Loopback names and what they allow. Towards this machine mail and password may travel in clear text, or under a
 * certificate that nobody checks; so it must be this machine, whatever DNS says of `localhost`. RFC 6761 §6.3
 */
import type { Socket } from 'node:net';
import { bareHost, isLoopbackAddress, isLoopbackHost, loopbackAddresses } from '../host.js';
import { Problem } from '../problem.js';
import { closedEarly } from './connection-problem.js';

/** The part of `SmtpServer` that this file asks about. */
interface Server {
  readonly host: string;
  readonly port: number;
  readonly tls: 'implicit' | 'starttls' | 'none';
  readonly ca?: string;
}

/** Towards this machine a certificate proves nothing, unless the user says which one it must be. */
export function checksCertificate({ host, ca }: Server): boolean {
  return !isLoopbackHost(host) || ca !== undefined;
}

/**
 * Opens at each address of a loopback name until one of them has a listener; at the host itself otherwise.
 * @throws what the first attempt threw when no address has one.
 */
export async function atEachAddress<T>(
  host: string,
  giveUp: AbortSignal | undefined,
  open: (address: string) => Promise<T>,
): Promise<T> {
  const [first = host, ...others] = loopbackAddresses(host) ?? [];
  try {
    return await open(first);
  } catch (error) {
    for (const address of others) {
      if (giveUp?.aborted === true || !hasNoListener(error)) break;
      const opened = await open(address).catch((failure: unknown) => {
        if (!hasNoListener(failure)) throw failure;
      });
      if (opened !== undefined) return opened;
    }
    throw error;
  }
}

/** The name that the certificate must be for, when the connection is made to an address. */
export function serverName({ host }: Server, address: string): { readonly servername?: string } {
  return address === host ? {} : { servername: bareHost(host) };
}

/** @throws Problem `config` when the server is not this machine and nothing else proves who it is. */
export function requireLoopbackPeer(server: Server, socket: Socket | false | null): void {
  if (server.tls !== 'none' && checksCertificate(server)) return;
  const peer = socket ? socket.remoteAddress : undefined;
  if (peer === undefined) throw closedEarly(server);
  if (isLoopbackAddress(peer)) return;
  const how = server.tls === 'none' ? 'in clear text' : 'without a checked certificate';
  throw new Problem(
    'config',
    `${server.host}:${server.port} is answered by ${peer}, which is not this machine: no password and no mail is sent there ${how}`,
    { fix: 'Name the server by the name in its certificate, and use tls = "starttls" or "implicit".' },
  );
}

/** Node's codes for an address without a listener, or of a family that this machine lacks. */
function hasNoListener(error: unknown): boolean {
  const { code, originalCode = code } = ((error as Error).cause ?? {}) as {
    readonly code?: string;
    readonly originalCode?: string;
  };
  return ['ECONNREFUSED', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENETUNREACH', 'EHOSTUNREACH'].includes(
    originalCode ?? '',
  );
}
