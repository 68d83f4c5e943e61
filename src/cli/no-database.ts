import { Problem } from '../problem.js';

/** Commands that look for an email make no database to find nothing in: a mistyped `--db` would leave a file behind. */
export function unknownWithoutDatabase(idOrPrefix: string, storeUrl: string): Problem {
  const which = idOrPrefix === 'latest' ? '' : ` ${JSON.stringify(idOrPrefix)}`;
  const file = storeUrl.replace(/^sqlite:/, '');
  return new Problem('email-unknown', `there is no email${which}: the database ${file} does not exist yet`, {
    fix: 'The first email that is sent makes it; a send that was refused does not: send again. Check --db, MAILTRACK_DB and store.url if there should be one.',
  });
}
