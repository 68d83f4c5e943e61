/** Removes everything that was recorded of single pixels. Call within a transaction, in which nothing is unsettled, and `erasing`. */
import type { Pixel } from '../../workflow/people-ports.js';
import type { Database } from './database.js';

export class PixelEraser {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#sql = prepare(database);
  }

  /** Also the user agents that nobody else has. */
  erase(pixels: readonly Pixel[]): void {
    const agents = new Set<number>();
    for (const { emailNumber, recipientNumber } of pixels) {
      for (const id of this.#sql.agents.all(emailNumber, recipientNumber) as number[]) agents.add(id);
      for (const remove of this.#sql.removals) remove.run(emailNumber, recipientNumber);
    }
    for (const id of agents) this.#sql.removeAgent.run({ id });
  }
}

const ofPixel = 'email_number = ? AND recipient_number = ?';
const fetchesOfPixel = `(email_number, fetch_number) IN (
  SELECT email_number, fetch_number FROM settled_fetches INDEXED BY fetches_by_pixel WHERE ${ofPixel})`;

function prepare(database: Database) {
  return {
    agents: database
      .prepare(`
        SELECT DISTINCT user_agent_id FROM settled_fetches INDEXED BY fetches_by_pixel
         WHERE ${ofPixel} AND user_agent_id IS NOT NULL`)
      .pluck(),
    removals: [
      `DELETE FROM logged_fetches WHERE ${fetchesOfPixel}`,
      `DELETE FROM pulled_fetches WHERE ${fetchesOfPixel}`,
      `DELETE FROM settled_fetches WHERE ${ofPixel}`,
      `DELETE FROM fetch_counters WHERE ${ofPixel}`,
      `DELETE FROM logged_counters WHERE ${ofPixel}`,
      `DELETE FROM pulled_counters WHERE ${ofPixel}`,
      `DELETE FROM exchange_unsubscribes WHERE ${ofPixel}`,
      `DELETE FROM unsubscribes WHERE ${ofPixel}`,
    ].map(sql => database.prepare(sql)),
    removeAgent: database.prepare(`
      DELETE FROM user_agents
       WHERE user_agent_id = @id
         AND NOT EXISTS (SELECT 1 FROM settled_fetches WHERE user_agent_id = @id)
         AND NOT EXISTS (SELECT 1 FROM arrived_fetches WHERE user_agent_id = @id)`),
  };
}
