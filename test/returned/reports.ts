/** Messages that come back, put together for tests. Lines end with LF. */

export interface ReportParts {
  readonly from?: string;
  readonly subject?: string;
  /** More lines of the header. */
  readonly header?: readonly string[];
  readonly text: string;
}

/** A report in words alone, as servers wrote them before RFC 3464. */
export function plainReport({ from, subject, header = [], text }: ReportParts): string {
  return [
    'Return-Path: <>',
    `From: ${from ?? 'Mail Delivery System <MAILER-DAEMON@mx.example.net>'}`,
    'To: sender@example.org',
    `Subject: ${subject ?? 'Undelivered Mail Returned to Sender'}`,
    'Date: Mon, 30 Nov 2026 09:00:00 +0000',
    'Message-ID: <1@mx.example.net>',
    ...header,
    '',
    text,
    '',
  ].join('\n');
}

/** A delivery status notification. RFC 3464 @param status the text of its second part. @param original the header that it returns. */
export function deliveryStatusNotification(text: string, status: string, original = returnedHeader): string {
  return plainReport({
    header: [
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"',
    ],
    text: [
      '--=_b',
      'Content-Type: text/plain',
      '',
      text,
      '',
      '--=_b',
      'Content-Type: message/delivery-status',
      '',
      status,
      '',
      '--=_b',
      'Content-Type: text/rfc822-headers',
      '',
      original,
      '',
      '--=_b--',
    ].join('\n'),
  });
}

export const returnedHeader = [
  'Received: from client.example.org by mx.example.net; Mon, 30 Nov 2026 08:59:00 +0000',
  'From: Sender <sender@example.org>',
  'To: Anna <anna@example.com>, Ben <ben@example.com>',
  'Subject: Meeting',
  'Message-ID: <meeting@example.org>',
].join('\n');

/** A message of a person. */
export function letter({ from, subject, header = [], text }: ReportParts): string {
  return [
    `From: ${from ?? 'Anna <anna@example.com>'}`,
    'To: sender@example.org',
    `Subject: ${subject ?? 'Re: Meeting'}`,
    'Date: Mon, 30 Nov 2026 09:00:00 +0000',
    'Message-ID: <2@example.com>',
    ...header,
    '',
    text,
    '',
  ].join('\n');
}
