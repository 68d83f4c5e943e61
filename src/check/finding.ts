/**
 * What a finished message should be told before it is sent: rules of mail programs and of readers, not of RFCs that would
 * make it impossible to send. Knows copies as text and octets; nothing of files, lists or of who is asked.
 */

/** An error is sent to nobody by somebody who looked; a warning is a matter of judgement. */
export type Severity = 'error' | 'warning';

export type FindingCode =
  | 'html-too-large'
  | 'image-without-alt'
  | 'image-http'
  | 'link'
  | 'text-part'
  | 'bare-condition'
  | 'mjml-icons'
  | 'mjml-text'
  | 'unknown-element'
  | 'subject-length'
  | 'subject-capitals'
  | 'header-line'
  | 'header-size'
  | 'same-mailbox'
  | 'domain-doubtful'
  | 'from-no-reply'
  | 'message-id-replaced'
  | 'unsubscribe-missing'
  | 'from-freemail';

export interface RuleFinding {
  readonly severity: Severity;
  readonly code: FindingCode;
  readonly what: string;
  /** One or two sentences in the imperative. */
  readonly fix: string;
  /** Words of the template that it is about: '' when it is about the whole. Equal ones are one finding. */
  readonly about: string;
}
