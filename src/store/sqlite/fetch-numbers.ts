/**
 * The last number that a fetch of an email had. Fetches may be removed, and a number that was told to others, or stands for one of
 * theirs, never comes again.
 * @param email an SQL expression.
 */
export function lastFetchNumber(email: string): string {
  return `max(coalesce((SELECT max(fetch_number) FROM settled_fetches WHERE email_number = ${email}), 0),
              coalesce((SELECT last_number FROM exchange_heads WHERE email_number = ${email}), 0),
              coalesce((SELECT max(fetch_number) FROM pulled_fetches WHERE email_number = ${email}), 0))`;
}
