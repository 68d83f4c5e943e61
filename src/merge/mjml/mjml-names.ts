/** The components of MJML by what may stand in them. A test compares the names with MJML's own. */

/** Components whose content is HTML or text of the user's, which MJML passes on without looking at it: its "ending tags". */
export const contentComponents: ReadonlySet<string> = new Set([
  'mj-accordion-text',
  'mj-accordion-title',
  'mj-breakpoint',
  'mj-button',
  'mj-carousel-image',
  'mj-html-attribute',
  'mj-navbar-link',
  'mj-preview',
  'mj-raw',
  'mj-social-element',
  'mj-style',
  'mj-table',
  'mj-text',
  'mj-title',
]);

/** Components of the body that may have `mj-raw` among their children, and print it where it stands. */
export const rawParents: ReadonlySet<string> = new Set([
  'mj-accordion',
  'mj-accordion-element',
  'mj-body',
  'mj-column',
  'mj-group',
  'mj-hero',
  'mj-navbar',
  'mj-section',
  'mj-social',
  'mj-wrapper',
]);
