import type { ServerNotes } from '../../workflow/ports.js';
import type { Database } from './database.js';
import type { GroupCommit } from './group-commit.js';

/** What was learnt about SMTP servers, one row for each host, port and greeting. */
export function createServerNotes(database: Database, commits: GroupCommit): ServerNotes {
  const read = database.prepare('SELECT overlap FROM smtp_servers WHERE server = ? AND greeting = ?').pluck();
  const record = database.prepare(`
    INSERT INTO smtp_servers (server, greeting, overlap, learnt_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (server, greeting) DO UPDATE SET overlap = excluded.overlap, learnt_at = excluded.learnt_at`);
  return {
    readOverlap: async (server, greeting) =>
      read.get(server, greeting) as Awaited<ReturnType<ServerNotes['readOverlap']>>,
    recordOverlap: (server, greeting, overlap, at) =>
      commits
        .run('now', () => record.run(server, greeting, overlap, at.toISOString()))
        // A full disk or a locked database has other ways to be noticed; here it only costs another trial.
        .then(
          () => undefined,
          () => undefined,
        ),
  };
}
