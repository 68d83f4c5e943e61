/** What stands in the place of an address that was forgotten. It is not an address, so that nobody has it. */
export const forgottenAddress = '(forgotten)';
