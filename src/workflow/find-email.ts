import { Problem } from '../problem.js';
import type { EmailReader, EmailRecord } from './ports.js';

/**
 * @param idOrPrefix `latest`, a whole id, or a unique prefix with or without `em_`.
 * @throws Problem `email-unknown` when none or several match.
 */
export async function findEmail(reader: EmailReader, idOrPrefix: string): Promise<EmailRecord> {
  const found = await reader.findEmails(idOrPrefix);
  const [email] = found;
  if (email === undefined) {
    const what =
      idOrPrefix === 'latest' ? 'there is no email yet' : `there is no email ${JSON.stringify(idOrPrefix)}`;
    throw new Problem('email-unknown', what, {
      fix: '`mailtrack list` shows the emails. A send that was refused is not among them: send again.',
    });
  }
  if (found.length > 1 && email.emailId !== idOrPrefix) {
    const ids = found.map(candidate => candidate.emailId).join(', ');
    throw new Problem('email-unknown', `${JSON.stringify(idOrPrefix)} could be several emails: ${ids}`, {
      fix: 'Type more characters of the id.',
    });
  }
  return email;
}
