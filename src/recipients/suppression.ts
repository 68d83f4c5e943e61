/** Somebody pressed the link in their copy, or was put on the list of those who are never mailed. */
export interface Suppression {
  readonly kind: 'unsubscribed' | 'suppressed';
  /** The note that the user or a bounce left; '' without one. */
  readonly reason: string;
  readonly since: Date;
}
