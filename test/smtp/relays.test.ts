import { expect, it } from 'vitest';
import { fieldsReplacedBy } from '../../src/smtp/relays.js';

it.each([
  ['email-smtp.eu-west-1.amazonaws.com', ['Message-ID', 'Date']],
  ['EMAIL-SMTP-FIPS.us-gov-west-1.amazonaws.com', ['Message-ID', 'Date']],
  ['smtp-relay.brevo.com', ['Message-ID']],
  ['smtp.office365.com', ['Message-ID']],
  ['smtp-mail.outlook.com', ['Message-ID']],
  ['smtp.postmarkapp.com', ['Message-ID']],
  ['smtp.gmail.com', []],
  ['smtp.office365.com.example.com', []],
])('%s writes its own %j', (host, fields) => {
  expect(fieldsReplacedBy(host)).toEqual(fields);
});
