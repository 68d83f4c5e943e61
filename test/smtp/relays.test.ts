import { expect, it } from 'vitest';
import { fieldsReplacedBy } from '../../src/smtp/relays.js';

it.each([
  ['email-smtp.eu-west-1.amazonaws.com', ['Message-ID', 'Date']],
  ['EMAIL-SMTP-FIPS.us-gov-west-1.amazonaws.com', ['Message-ID', 'Date']],
  ['email-smtp.cn-north-1.amazonaws.com.cn', ['Message-ID', 'Date']],
  ['smtp-relay.brevo.com', ['Message-ID']],
  ['smtp-relay.sendinblue.com', ['Message-ID']],
  ['smtp.office365.com', ['Message-ID']],
  ['smtp-mail.outlook.com', ['Message-ID']],
  ['smtp.postmarkapp.com', ['Message-ID']],
  ['smtp-broadcasts.postmarkapp.com', ['Message-ID']],
  ['s3.eu-west-1.amazonaws.com', []],
  ['smtp.gmail.com', []],
  ['smtp.office365.com.example.com', []],
])('%s writes its own %j', (host, fields) => {
  expect(fieldsReplacedBy(host)).toEqual(fields);
});
