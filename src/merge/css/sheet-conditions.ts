/** Under which conditions the rules of a style sheet are in force. */

/** Pseudo-classes that say which element is meant, not when. */
const lasting =
  'root|empty|(?:first|last|only)-(?:child|of-type)|nth-(?:last-)?(?:child|of-type)|not|is|where|has';
const state = new RegExp(`::|:(?!(?:${lasting})\\b)`, 'i');

/** @param selector without strings. @returns whether it means elements in some state, such as `:hover`, or a part of one. */
export function isOfState(selector: string): boolean {
  return state.test(selector);
}

/** Where mail is read. What is for the screen is for everybody; to print it is a condition. */
const everywhere = /^(?:(?:only\s+)?(?:all|screen))?$/i;

/** @param media a list of media queries. */
export function isReadEverywhere(media: string): boolean {
  return media.split(',').some(query => everywhere.test(query.trim()));
}

/** Conditions within conditions; each is looked through for its end. What is deeper stays as it is. */
export const deepestGroup = 20;
