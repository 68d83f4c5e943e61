import type { Place } from '../problem.js';

/** Something in a template that does not stop a send, and that its author wants to know. Plain data: it crosses processes. */
export interface TemplateNotice {
  readonly code: 'bare-condition' | 'mjml-icons' | 'mjml-text' | 'unknown-element';
  readonly what: string;
  readonly where: Place;
  readonly fix: string;
}
