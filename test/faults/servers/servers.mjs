/** Every server there is. `maySpoil`: recipients that a trial may leave uncertain, where the greeting does not tell. */
import { startAiosmtpd } from './aiosmtpd.mjs';
import { startChasquid } from './chasquid.mjs';
import { startCourier } from './courier.mjs';
import { startDovecot } from './dovecot.mjs';
import { startExim } from './exim.mjs';
import { startHaraka } from './haraka.mjs';
import { startMaildev } from './maildev.mjs';
import { startMsmtpd } from './msmtpd.mjs';
import { startOpenSmtpd } from './opensmtpd.mjs';
import { startPostfix } from './postfix.mjs';
import { startQpsmtpd } from './qpsmtpd.mjs';
import { startSendmail } from './sendmail.mjs';
import { startSmtpServer } from './smtp-server.mjs';

export const servers = {
  'smtp-server': { start: startSmtpServer },
  maildev: { start: startMaildev },
  haraka: { start: startHaraka },
  aiosmtpd: { start: startAiosmtpd },
  chasquid: { start: startChasquid },
  msmtpd: { start: startMsmtpd },
  postfix: { start: startPostfix },
  exim: { start: startExim },
  sendmail: { start: startSendmail },
  opensmtpd: { start: startOpenSmtpd },
  courier: { start: startCourier },
  dovecot: { start: startDovecot },
  qpsmtpd: { start: startQpsmtpd },
};
