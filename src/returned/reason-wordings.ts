import { listed, type Wording } from './wording.js';

/** Why a message was not delivered, in the fewest words that lead to different consequences. */
export type Reason =
  | 'unknown-mailbox'
  | 'unknown-domain'
  | 'no-mail-accepted'
  | 'moved'
  | 'disabled'
  | 'full'
  | 'size'
  | 'content'
  | 'sender'
  | 'policy'
  | 'route'
  | 'expired'
  | 'system'
  | 'other';

type Table = readonly (readonly [Reason, readonly Wording[]])[];

const mailbox = listed(`
      mailbox | mail box | inbox | account | user | recipient | disk | storage | quota | folder | maildir | spool
    `);
const person = listed(`
      user | recipient | mailbox | mail box | account | address | customer | member | person | alias | name |
      subscriber | local part | email | e mail | rcpt | login
    `);
const message = listed(`
      message | mail | header | content | attachment
    `);
const cannot = listed(`
      could not | can not | unable to | was not able to | unsuccessful
    `);

/** What servers say, in the order in which it is asked for: the sender's faults first, since those texts name mailboxes too. */
export const clearWordings: Table = [
  [
    'sender',
    listed(`
      sender address rejected | sender rejected | sender denied | sender unknown | unknown sender | sender verif |
      domain of sender | not accept mail from | not accept email from | not accept e mail from | not accept messages
      from | not accepting mail from
    `),
  ],
  [
    'no-mail-accepted',
    listed(`
      null mx | nullmx | host does not accept mail | not accept email | not accept any email | not accept e mail |
      not receive email | not receive any email | no smtp service | domain does not accept | never accepts email |
      never accepts mail
    `),
  ],
  [
    'policy',
    listed(`
      recipient preferences | recipient s preferences | preferences of the person | preferences of the recipient
    `),
  ],
  [
    'unknown-mailbox',
    listed(`
      recipient address rejected access denied | no such user | user unknown | unknown user
    `),
  ],
  [
    'unknown-domain',
    listed(`
      unknown host | host unknown | no such domain | no such host | domain does not exist | domain name does not
      exist | domain not found | domain name not found | could not find a mail exchanger | could not find any mail
      exchanger | could not find any host | could not find a host | nxdomain | no mx found | name or service not
      known | account or domain may not exist
    `),
  ],
  [
    'sender',
    [
      ...listed(`
      spf$ | dkim$ | dmarc$ | unauthenticated | authentication required | authentication is required |
      authentication failed | authentication check | authentication results | not authorized to send | not
      authorised to send | sender id$ | sender identity
    `),
      [
        listed(`
      sender | from | return path | envelope
    `),
        30,
        listed(`
      rejected | denied | refused | not exist | not allowed | not verified | not valid | invalid | unknown
    `),
      ],
      [
        listed(`
      invalid | unknown | bad | unverified | unresolvable
    `),
        0,
        listed(`
      sender | from$ | return path
    `),
      ],
      ...listed(`
      sender address verif | sender domain | null sender
    `),
    ],
  ],
  [
    'sender',
    [
      ...listed(`
      ptr$ | rdns$ | r dns$ | reverse dns | reverse lookup | reverse mapping | dnsbl | dns bl | rbl$ | spamhaus |
      spamcop | barracuda | sorbs | proofpoint | senderbase | uceprotect | cloudmark | blacklist | black list |
      blocklist | block list | denylist | deny list | blocked using | reputation | banned | helo$ | ehlo$ | your
      host | your server | your domain | your mail server | invalid ip$ | access denied | client host | relay access
      | relaying | relay denied | relay is denied | relay not | relay prohibited | relay forbidden | not relay |
      unable to relay | not local host | throttl | refused to talk to me
    `),
      [
        listed(`
      your | sending | client | sender
    `),
        20,
        ['ip '],
      ],
      [
        ['ip '],
        20,
        listed(`
      blocked | listed | banned | rejected | not allowed
    `),
      ],
      [
        ['too many', 'rate '],
        30,
        listed(`
      connection | message | mail | limit | session | concurrent
    `),
      ],
      [
        ['host', 'server'],
        30,
        listed(`
      refused | blocked | forbidden
    `),
      ],
    ],
  ],
  [
    'full',
    [
      [
        mailbox,
        60,
        listed(`
      full$ | over quota | overquota | over its | over the | over their | over his | over storage | over disk | over
      allowed | over limit | out of | too full | insufficient
    `),
      ],
      [
        ['exceed'],
        40,
        listed(`
      quota | allowed size | mailbox | storage | disk
    `),
      ],
      [
        listed(`
      mailbox | mail box | inbox | quota | storage | disk
    `),
        40,
        ['exceed'],
      ],
      [
        listed(`
      insufficient | not enough | no$
    `),
        20,
        listed(`
      storage | disk | space
    `),
      ],
      ...listed(`
      over quota | overquota | quota full | quota is full | quota violation | quota limit | mailbox size limit |
      would exceed | too much mail | too much data | too many messages on | overdrawn
    `),
    ],
  ],
  [
    'size',
    [
      [
        message,
        40,
        listed(`
      too big | too large | too long | larger than
    `),
      ],
      [message, 25, ['exceed']],
      ...listed(`
      size limit | size exceed | maximum message size | maximum size | max message size | exceeds fixed maximum |
      exceeds the maximum | exceeds maximum | too large | too big
    `),
    ],
  ],
  [
    'content',
    [
      ...listed(`
      spam | junk | virus | malware | infected | phish | uribl | surbl | content reject | content filter | content
      not | content violat | rfc 5322 | rfc5322 | 5322 | rfc 2822 | rfc2822 | 2822 | mime$ | attachment | header
      error | syntax error in header | syntax error in message | syntax error in the
    `),
      [
        listed(`
      message content | message body | message header
    `),
        30,
        listed(`
      reject | not accept | refus | violat | malform | error
    `),
      ],
      [
        ['mail', 'message'],
        20,
        listed(`
      content | looks like | appears to be | contain | considered | classified
    `),
      ],
      [
        listed(`
      missing | duplicate | multiple | invalid | improper | malformed | bad
    `),
        25,
        listed(`
      header | from field | date$ | message id
    `),
      ],
    ],
  ],
  [
    'moved',
    [
      [
        listed(`
      user | recipient | account | mailbox | address | person
    `),
        30,
        ['moved', 'changed'],
      ],
      ...listed(`
      no longer on$ | no longer at$ | no longer with$ | recipient is no longer | please use the new | please use new
      | please use the following | new address
    `),
    ],
  ],
  [
    'disabled',
    [
      [
        listed(`
      account | mailbox | user | recipient | address | mail box | email | e mail
    `),
        40,
        listed(`
      disabled | suspended | inactive | locked | deactivated | discontinued | expired | blocked | frozen | closed |
      not active | been stopped | been terminated | unavailable temporarily | temporarily
    `),
      ],
      [
        listed(`
      disabled | inactive | suspended | locked | dormant | expired
    `),
        1,
        listed(`
      account | mailbox | user | recipient | address
    `),
      ],
      'not active',
      'out of service',
    ],
  ],
  [
    'unknown-mailbox',
    [
      [
        person,
        70,
        listed(`
      unknown | not found | not be found | not exist | not known | not valid | not recognized | not recognised | not
      listed | not registered | not local | not correct | not a valid | not a known | not a registered | not here |
      not have | not match | not currently | not our | non existent | nonexistent | no such | undeliverable | is
      invalid | invalid$ | not on this | not in this | not on our | not in our | not in the
    `),
      ],
      [
        listed(`
      unknown | invalid | no such | non existent | nonexistent | bad | wrong | illegal | undeliverable | incorrect |
      unrecognized | unrecognised | unrouteable | unroutable | undefined
    `),
        20,
        person,
      ],
      [
        listed(`
      could not find | can not find | unable to find | could not locate | can not locate | unable to locate | could
      not verify | can not verify | unable to verify | unable to look up
    `),
        40,
        person,
      ],
      [['not have a ', 'not have an '], 60, ['account']],
      ...listed(`
      no mailbox | no valid recipient | no user | no recipient | no account | no person | no customer | no such |
      not our customer | not a user | not a customer | not a registered | not listed in | mailbox unavailable |
      mailbox is unavailable | mailbox not available | recipnotfound | recipientnotfound | nosuchuser | unknown to
      this | unknown at this | unknown in this | unknown to our | destination mailbox | destination address
    `),
    ],
  ],
  [
    'unknown-domain',
    [
      [
        listed(`
      unknown | unrouteable | unroutable | illegal | invalid | bad | no such | non existent
    `),
        6,
        listed(`
      host | domain | system | server
    `),
      ],
      [
        listed(`
      host | domain | system
    `),
        60,
        listed(`
      unknown | not found | not exist | non existent | not be found | is invalid
    `),
      ],
      [
        listed(`
      could not find | can not find | unable to find | could not resolve | can not resolve | unable to resolve |
      could not locate | can not locate
    `),
        40,
        ['host', 'domain'],
      ],
      ...listed(`
      no mail exchanger | no mx$ | no a or mx | domain is not reachable | mx records point to non existent
    `),
    ],
  ],
  [
    'disabled',
    listed(`
      unavailable | not available | disabled
    `),
  ],
];

/** Words that many reasons share: asked when neither clearer ones nor the status say anything. */
export const vagueWordings: Table = [
  [
    'expired',
    [
      [
        listed(`
      retry | delivery | message | queue | envelope | connection | time | life
    `),
        40,
        listed(`
      timed out | time out | timeout | expire | exceeded | lifetime | too long
    `),
      ],
      [
        ['host', 'server'],
        30,
        listed(`
      unreachable | not reachable | not respond | down$
    `),
      ],
      [
        cannot,
        30,
        listed(`
      connect | establish | reach
    `),
      ],
      ...listed(`
      timed out | timeout | in the queue too long | delayed | will be retried | not yet been delivered | not been
      delivered | connection refused | no route to host | try again | temporar
    `),
    ],
  ],
  [
    'route',
    listed(`
      loop | too many hops | hop count | routing | no route | unable to route | duplicated message id
    `),
  ],
  [
    'policy',
    listed(`
      policy | policies | not permitted | not allowed | not accepted | prohibited | refused | reject | denied |
      blocked | forbidden | administrative | permission | unacceptable | restricted | not authori
    `),
  ],
  [
    'system',
    [
      [
        listed(`
      system | local | internal | configuration | server | mailer | pipe | command | program | i o$ | file | ldap |
      database
    `),
        30,
        listed(`
      error | fail | problem | died | exited
    `),
      ],
      'unknown mailer error',
      'service unavailable',
    ],
  ],
];
