/**
 * The version of the rules, which reports name: the day they were last compared with what programs and proxies send, and last changed.
 * A report judges all fetches by these rules, whenever they were recorded.
 */
export const rulesDate = '2026-11-30';
