import { hostname } from 'node:os';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { chooseEhloName } from '../smtp/ehlo-name.js';

/**
 * Decides the name when nodemailer sends EHLO: the local address of the socket is not known before.
 * @param configured `smtp.ehlo_name`; undefined: the name of this machine, or an address literal.
 */
export function nameInEhlo(connection: SMTPConnection, configured: string | undefined): void {
  const get = () =>
    configured ?? chooseEhloName(machineName(), (connection._socket || undefined)?.localAddress);
  Object.defineProperty(connection, 'name', { get });
}

function machineName(): string {
  try {
    return hostname();
  } catch {
    return '';
  }
}
