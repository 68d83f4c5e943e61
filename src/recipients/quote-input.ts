const maxShown = 80;

/** What somebody wrote, in quotes for a message about it; a text of any length gives a short one. */
export function quoteInput(text: string): string {
  return JSON.stringify(text.length > maxShown ? `${text.slice(0, maxShown)}…` : text);
}
