/**
 * Programs without a reader. The list is isbot's (docs/decisions/0055-bots-by-isbot.md); the rules for mail stand before it, since
 * isbot takes many mail programs for bots.
 */
import { createIsbotFromList, isbot, list } from 'isbot';
import { mostUserAgent } from './user-agent.js';

/** A single name with nothing about its system, as in "Something/1.0". Programs that nobody looks at introduce themselves so. */
const isLoneNamePattern = (pattern: string) => pattern.startsWith('^[\\w \\.\\-\\(?:\\):%]+');
const isListed = createIsbotFromList(list.filter(pattern => !isLoneNamePattern(pattern)));

/** It says that it is a bot or a library, or gives an address to ask about it. */
export function isNamedBot(userAgent: string): boolean {
  return isListed(whole(userAgent));
}

/** It says nothing but one name. */
export function isLoneName(userAgent: string): boolean {
  return isbot(whole(userAgent));
}

/** Without the last word of one that was cut, or nearly: half of a word may look like another. */
function whole(userAgent: string): string {
  return userAgent.length < mostUserAgent - 6
    ? userAgent
    : userAgent.slice(0, userAgent.lastIndexOf(' ') + 1);
}
