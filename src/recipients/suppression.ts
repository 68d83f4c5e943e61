/** Somebody pressed the link in their copy, or was put on the list of those who are never mailed. */
export interface Suppression {
  readonly kind: 'unsubscribed' | 'suppressed';
  /** What was noted with it; '' where nothing was. */
  readonly reason: string;
  readonly since: Date;
}
