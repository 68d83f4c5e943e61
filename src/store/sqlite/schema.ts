/**
 * The tables, as docs/database.md describes them to users. Times are ISO 8601 UTC text with milliseconds, so that
 * any SQL tool reads them. A change is a new entry at the end of `migrations`; entries are never edited.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE emails (
    email_id      TEXT PRIMARY KEY,
    email_number  INTEGER NOT NULL UNIQUE,
    mode          TEXT NOT NULL CHECK (mode IN ('group', 'each')),
    subject       TEXT NOT NULL,
    from_mailbox  TEXT NOT NULL,
    message_id    TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    cancelled_at  TEXT,
    token_format  TEXT NOT NULL CHECK (token_format IN ('sealed', 'article')),
    fingerprint   TEXT NOT NULL,
    composition   TEXT NOT NULL
  ) STRICT;
  CREATE INDEX emails_by_time ON emails (created_at);
  CREATE INDEX emails_by_fingerprint ON emails (fingerprint);

  CREATE TABLE recipients (
    email_id          TEXT NOT NULL REFERENCES emails,
    position          INTEGER NOT NULL,
    recipient_number  INTEGER NOT NULL,
    email_address     TEXT NOT NULL,
    name              TEXT NOT NULL,
    role              TEXT NOT NULL CHECK (role IN ('to', 'cc', 'bcc')),
    tracked           INTEGER NOT NULL CHECK (tracked IN (0, 1)),
    fields            TEXT NOT NULL,
    state             TEXT NOT NULL CHECK (state IN
      ('pending', 'sending', 'accepted', 'deferred', 'rejected', 'uncertain', 'skipped')),
    state_at          TEXT NOT NULL,
    attempts          INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (email_id, position),
    UNIQUE (email_id, recipient_number)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE transactions (
    email_id              TEXT NOT NULL,
    position              INTEGER NOT NULL,
    attempt               INTEGER NOT NULL,
    started_at            TEXT NOT NULL,
    ended_at              TEXT NOT NULL,
    stage                 TEXT NOT NULL,
    state                 TEXT NOT NULL,
    reply_code            INTEGER NOT NULL,
    enhanced_status_code  TEXT NOT NULL,
    reply_text            TEXT NOT NULL,
    PRIMARY KEY (email_id, position, attempt)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE runs (
    run_id      INTEGER PRIMARY KEY,
    email_id    TEXT NOT NULL REFERENCES emails,
    pid         INTEGER NOT NULL,
    host        TEXT NOT NULL,
    started_at  TEXT NOT NULL,
    ended_at    TEXT
  ) STRICT;
  CREATE INDEX runs_by_email ON runs (email_id);

  -- Where this file was made: a copy somewhere else knows nothing of what the original sent since.
  CREATE TABLE origin (
    host    TEXT NOT NULL,
    device  INTEGER NOT NULL,
    inode   INTEGER NOT NULL,
    born    INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE suppressions (
    email_address  TEXT PRIMARY KEY COLLATE NOCASE,
    reason         TEXT NOT NULL,
    created_at     TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- With the numbers of the token, since the server that is asked may not know the addresses.
  CREATE TABLE unsubscribes (
    email_number      INTEGER NOT NULL,
    recipient_number  INTEGER NOT NULL,
    unsubscribed_at   TEXT NOT NULL,
    PRIMARY KEY (email_number, recipient_number)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE user_agents (
    user_agent_id  INTEGER PRIMARY KEY,
    user_agent     TEXT NOT NULL UNIQUE
  ) STRICT;

  -- Clustered by email, so that a report reads one run of pages and a new fetch touches the right edge of one email.
  CREATE TABLE fetches (
    email_number      INTEGER NOT NULL,
    fetch_number      INTEGER NOT NULL,
    recipient_number  INTEGER NOT NULL,
    fetched_at        TEXT NOT NULL,
    method            TEXT NOT NULL,
    user_agent_id     INTEGER REFERENCES user_agents,
    network           TEXT NOT NULL,
    kind              TEXT NOT NULL,
    confidence        REAL NOT NULL,
    rule              TEXT NOT NULL,
    PRIMARY KEY (email_number, fetch_number)
  ) STRICT, WITHOUT ROWID;

  CREATE VIEW email_opens AS
    SELECT fetches.fetched_at AS datetime_opened,
           emails.email_id,
           recipients.email_address,
           fetches.kind,
           fetches.confidence
      FROM fetches
      JOIN emails ON emails.email_number = fetches.email_number
      JOIN recipients ON recipients.email_id = emails.email_id
                     AND recipients.recipient_number = fetches.recipient_number;
  `,
  `
  -- Fetches that got no row of their own: how many, and when the first and the last of them were. One row per reading, since
  -- a fetch without details cannot be judged again.
  CREATE TABLE fetch_counters (
    email_number      INTEGER NOT NULL,
    recipient_number  INTEGER NOT NULL,
    method            TEXT NOT NULL,
    kind              TEXT NOT NULL,
    confidence        REAL NOT NULL,
    rule              TEXT NOT NULL,
    fetches           INTEGER NOT NULL,
    first_at          TEXT NOT NULL,
    last_at           TEXT NOT NULL,
    PRIMARY KEY (email_number, recipient_number, method, rule)
  ) STRICT, WITHOUT ROWID;
  `,
  // Which key sealed the tokens of an email; not known of those begun before.
  'ALTER TABLE emails ADD COLUMN key_fingerprint TEXT',
  // JSON: path, filename and SHA-256 of each file that is attached to this recipient's copy and no other.
  `
  ALTER TABLE recipients ADD COLUMN attachments TEXT NOT NULL DEFAULT '[]';
  `,
  // Facts that travel between databases. The order fetches are offered in is made when somebody asks, as runs of numbers of
  // one email, so that recording a fetch costs nothing more.
  `
  CREATE TABLE exchange_identity (source_id TEXT NOT NULL) STRICT;
  INSERT INTO exchange_identity VALUES (lower(hex(randomblob(16))));

  CREATE TABLE exchange_runs (
    run_number    INTEGER PRIMARY KEY AUTOINCREMENT,
    email_number  INTEGER NOT NULL,
    first_number  INTEGER NOT NULL,
    last_number   INTEGER NOT NULL
  ) STRICT;

  -- The last number of each email that is in a run. Stays when fetches are removed, whose numbers must not come again.
  CREATE TABLE exchange_heads (
    email_number  INTEGER PRIMARY KEY,
    last_number   INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE exchange_unsubscribes (
    sequence          INTEGER PRIMARY KEY AUTOINCREMENT,
    email_number      INTEGER NOT NULL,
    recipient_number  INTEGER NOT NULL
  ) STRICT;
  INSERT INTO exchange_unsubscribes (email_number, recipient_number)
    SELECT email_number, recipient_number FROM unsubscribes;
  CREATE TRIGGER unsubscribes_are_offered AFTER INSERT ON unsubscribes BEGIN
    INSERT INTO exchange_unsubscribes (email_number, recipient_number)
    VALUES (new.email_number, new.recipient_number);
  END;

  CREATE TABLE pulled_sources (
    source_number   INTEGER PRIMARY KEY,
    source_id       TEXT NOT NULL UNIQUE,
    url             TEXT NOT NULL,
    last_pulled_at  TEXT NOT NULL
  ) STRICT;

  CREATE TABLE pulled_places (
    source_number  INTEGER NOT NULL REFERENCES pulled_sources,
    type           TEXT NOT NULL,
    place          TEXT NOT NULL,
    PRIMARY KEY (source_number, type)
  ) STRICT, WITHOUT ROWID;

  -- Which fetch of which database one of ours is.
  CREATE TABLE pulled_fetches (
    source_number  INTEGER NOT NULL REFERENCES pulled_sources,
    email_number   INTEGER NOT NULL,
    remote_number  INTEGER NOT NULL,
    fetch_number   INTEGER NOT NULL,
    PRIMARY KEY (source_number, email_number, remote_number),
    UNIQUE (email_number, fetch_number)
  ) STRICT, WITHOUT ROWID;
  `,
  // What other databases only counted, as far as it was added to ours.
  `
  CREATE TABLE pulled_counters (
    source_number     INTEGER NOT NULL REFERENCES pulled_sources,
    email_number      INTEGER NOT NULL,
    recipient_number  INTEGER NOT NULL,
    method            TEXT NOT NULL,
    rule              TEXT NOT NULL,
    fetches           INTEGER NOT NULL,
    PRIMARY KEY (email_number, recipient_number, method, rule, source_number)
  ) STRICT, WITHOUT ROWID;
  `,
  // Which fetches a line of an access log belongs to, and the second (Unix time) that line names.
  `
  CREATE TABLE logged_fetches (
    email_number  INTEGER NOT NULL,
    fetch_number  INTEGER NOT NULL,
    second        INTEGER NOT NULL,
    PRIMARY KEY (email_number, fetch_number)
  ) STRICT, WITHOUT ROWID;
  `,
  // How many of the fetches that were only counted lines of access logs belong to, and which lines those are: by second and user
  // agent (48 bits of its SHA-256; 0 for none, -1 where the log does not say).
  `
  ALTER TABLE logged_fetches ADD COLUMN says_user_agent INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE fetch_counters ADD COLUMN logged INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE logged_counters (
    email_number      INTEGER NOT NULL,
    recipient_number  INTEGER NOT NULL,
    method            TEXT NOT NULL,
    rule              TEXT NOT NULL,
    second            INTEGER NOT NULL,
    agent             INTEGER NOT NULL,
    lines             INTEGER NOT NULL,
    PRIMARY KEY (email_number, recipient_number, method, rule, second, agent)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- What the user wrote, to notice that the same email is sent twice, and the id they gave it, which is given once.
  ALTER TABLE emails ADD COLUMN source_fingerprint TEXT;
  CREATE INDEX emails_by_source_fingerprint ON emails (source_fingerprint);
  ALTER TABLE emails ADD COLUMN send_id TEXT;
  CREATE UNIQUE INDEX emails_by_send_id ON emails (send_id) WHERE send_id IS NOT NULL;

  -- What was learnt about SMTP servers: whether one takes the next envelope behind the final dot of a message.
  CREATE TABLE smtp_servers (
    server      TEXT NOT NULL,
    greeting    TEXT NOT NULL,
    overlap     TEXT NOT NULL CHECK (overlap IN ('taken', 'not-taken')),
    learnt_at   TEXT NOT NULL,
    PRIMARY KEY (server, greeting)
  ) STRICT, WITHOUT ROWID;

  -- For article tokens, which name an address: found or not, the answer takes as long.
  CREATE INDEX recipients_by_address ON recipients (email_id, email_address);

  -- Requests of the exchange that were taken, so that none is taken again after a restart. Unix time in milliseconds.
  CREATE TABLE exchange_requests (
    nonce     TEXT PRIMARY KEY,
    taken_at  INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // When the whole file was last looked through for damage, and the last run of which it is known how it ended by then.
  `
  CREATE TABLE damage_checks (
    only_row    INTEGER PRIMARY KEY CHECK (only_row = 1),
    checked_at  TEXT NOT NULL,
    run_id      INTEGER NOT NULL
  ) STRICT;
  `,
  // A commit of serve touches the end of one table, however many emails its fetches are of. They are moved to their emails
  // many at a time (settling.ts). The index finds the rows of one pixel, by time; settling keeps it, and no commit of serve.
  `
  DROP VIEW email_opens;
  ALTER TABLE fetches RENAME TO settled_fetches;
  CREATE INDEX fetches_by_pixel ON settled_fetches (email_number, recipient_number, fetched_at);

  CREATE TABLE arrived_fetches (
    arrival_id        INTEGER PRIMARY KEY,
    email_number      INTEGER NOT NULL,
    recipient_number  INTEGER NOT NULL,
    fetched_at        TEXT NOT NULL,
    method            TEXT NOT NULL,
    user_agent_id     INTEGER REFERENCES user_agents,
    network           TEXT NOT NULL,
    kind              TEXT NOT NULL,
    confidence        REAL NOT NULL,
    rule              TEXT NOT NULL
  ) STRICT;

  -- Arrivals up to the id in after_id are gone. Those from there to until_id are being moved in the order of (email_number,
  -- arrival_id), and are settled up to that pair.
  CREATE TABLE settling (
    only_row      INTEGER PRIMARY KEY CHECK (only_row = 1),
    after_id      INTEGER NOT NULL,
    until_id      INTEGER NOT NULL,
    email_number  INTEGER NOT NULL,
    arrival_id    INTEGER NOT NULL
  ) STRICT;
  INSERT INTO settling VALUES (1, 0, 0, -1, 0);

  CREATE VIEW unsettled_fetches AS
    SELECT arrived_fetches.*
      FROM settling CROSS JOIN arrived_fetches
     WHERE arrived_fetches.arrival_id > settling.until_id
        OR (arrived_fetches.email_number, arrived_fetches.arrival_id) > (settling.email_number, settling.arrival_id);

  -- All fetches, as the table of that name had them. The number of one that is not settled is larger than all settled ones of its
  -- email, and may change when it is settled.
  CREATE VIEW fetches AS
    SELECT email_number, fetch_number, recipient_number, fetched_at, method, user_agent_id, network, kind, confidence, rule
      FROM settled_fetches
     UNION ALL
    SELECT email_number,
           coalesce((SELECT max(fetch_number) FROM settled_fetches
                      WHERE settled_fetches.email_number = unsettled_fetches.email_number), 0)
             + arrival_id - (SELECT after_id FROM settling),
           recipient_number, fetched_at, method, user_agent_id, network, kind, confidence, rule
      FROM unsettled_fetches;

  -- Statements that wrote to the table go on working. Those that change rows mean settled ones.
  CREATE TRIGGER fetches_insert INSTEAD OF INSERT ON fetches BEGIN
    INSERT INTO settled_fetches
    VALUES (new.email_number, new.fetch_number, new.recipient_number, new.fetched_at, new.method, new.user_agent_id,
            new.network, new.kind, new.confidence, new.rule);
  END;
  CREATE TRIGGER fetches_update INSTEAD OF UPDATE ON fetches BEGIN
    UPDATE settled_fetches
       SET email_number = new.email_number, fetch_number = new.fetch_number, recipient_number = new.recipient_number,
           fetched_at = new.fetched_at, method = new.method, user_agent_id = new.user_agent_id, network = new.network,
           kind = new.kind, confidence = new.confidence, rule = new.rule
     WHERE email_number = old.email_number AND fetch_number = old.fetch_number;
  END;
  CREATE TRIGGER fetches_delete INSTEAD OF DELETE ON fetches BEGIN
    DELETE FROM settled_fetches WHERE email_number = old.email_number AND fetch_number = old.fetch_number;
  END;

  CREATE VIEW email_opens AS
    SELECT settled_fetches.fetched_at AS datetime_opened,
           emails.email_id,
           recipients.email_address,
           settled_fetches.kind,
           settled_fetches.confidence
      FROM settled_fetches
      JOIN emails ON emails.email_number = settled_fetches.email_number
      JOIN recipients ON recipients.email_id = emails.email_id
                     AND recipients.recipient_number = settled_fetches.recipient_number
     UNION ALL
    SELECT unsettled_fetches.fetched_at,
           emails.email_id,
           recipients.email_address,
           unsettled_fetches.kind,
           unsettled_fetches.confidence
      FROM unsettled_fetches
      JOIN emails ON emails.email_number = unsettled_fetches.email_number
      JOIN recipients ON recipients.email_id = emails.email_id
                     AND recipients.recipient_number = unsettled_fetches.recipient_number;
  `,
  // What costs in proportion to everything that was ever sent, or is written for each recipient although it is everybody's.
  `
  -- An email none of whose recipients will be written to again. No recipient comes back from accepted, rejected or skipped.
  ALTER TABLE emails ADD COLUMN finished INTEGER NOT NULL DEFAULT 0;
  UPDATE emails SET finished = 1
   WHERE NOT EXISTS (SELECT 1 FROM recipients
                      WHERE recipients.email_id = emails.email_id
                        AND state IN ('pending', 'sending', 'deferred', 'uncertain'));
  CREATE INDEX emails_unfinished ON emails (created_at) WHERE finished = 0 AND cancelled_at IS NULL;

  -- The names of columns, once for all rows of a list. Where field_set_id is NULL, fields has pairs of column and value.
  CREATE TABLE field_sets (
    field_set_id  INTEGER PRIMARY KEY,
    email_id      TEXT NOT NULL REFERENCES emails,
    columns       TEXT NOT NULL
  ) STRICT;
  CREATE INDEX field_sets_by_email ON field_sets (email_id);
  ALTER TABLE recipients ADD COLUMN field_set_id INTEGER;

  CREATE VIEW recipient_fields AS
    SELECT recipients.email_id, position, email_address, columns.value AS column_name,
           CASE field.type WHEN 'integer' THEN iif(field.value = 0, email_address, name) ELSE field.value END AS value
      FROM recipients
      JOIN field_sets USING (field_set_id)
      JOIN json_each(field_sets.columns) AS columns
      JOIN json_each(recipients.fields) AS field ON field.key = columns.key
    UNION ALL
    SELECT email_id, position, email_address, field.value ->> 0, field.value ->> 1
      FROM recipients JOIN json_each(fields) AS field
     WHERE field_set_id IS NULL;

  -- Only article tokens name an address; all other emails go without an entry for each recipient.
  ALTER TABLE recipients ADD COLUMN by_address INTEGER;
  UPDATE recipients SET by_address = 1
   WHERE email_id IN (SELECT email_id FROM emails WHERE token_format = 'article');
  DROP INDEX recipients_by_address;
  CREATE INDEX recipients_by_address ON recipients (email_id, email_address) WHERE by_address = 1;

  -- Who unsubscribed, by address, up to a place in exchange_unsubscribes: a send asks for ten people, and not for all who ever did.
  CREATE TABLE unsubscribed (
    email_address    TEXT PRIMARY KEY COLLATE NOCASE,
    unsubscribed_at  TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE unsubscribed_until (
    only_row  INTEGER PRIMARY KEY CHECK (only_row = 1),
    sequence  INTEGER NOT NULL
  ) STRICT;
  INSERT INTO unsubscribed_until VALUES (1, 0);

  -- NOCASE folds letters of ASCII alone: addresses with others are few, and compared by whoever asks.
  CREATE INDEX suppressions_beyond_ascii ON suppressions (email_address) WHERE email_address GLOB '*[^ -~]*';
  CREATE INDEX unsubscribed_beyond_ascii ON unsubscribed (email_address) WHERE email_address GLOB '*[^ -~]*';
  `,
  // What came back by mail, as far as it is about a recipient: later facts, which change no state.
  `
  CREATE TABLE returned_messages (
    email_id                TEXT NOT NULL REFERENCES emails,
    position                INTEGER NOT NULL,
    -- Of the Message-ID and the body of the message, so that none counts twice.
    message_key             TEXT NOT NULL,
    kind                    TEXT NOT NULL CHECK (kind IN
      ('failed', 'delayed', 'delivered', 'relayed', 'expanded', 'complaint', 'displayed', 'reply', 'automatic-reply')),
    returned_at             TEXT NOT NULL,
    email_address           TEXT NOT NULL COLLATE NOCASE,
    named_address           TEXT NOT NULL,
    hardness                TEXT CHECK (hardness IN ('hard', 'soft')),
    enhanced_status_code    TEXT NOT NULL,
    reply_code              INTEGER NOT NULL,
    diagnostic              TEXT NOT NULL,
    counts_against_address  INTEGER NOT NULL CHECK (counts_against_address IN (0, 1)),
    returns_on              TEXT,
    evidence                TEXT NOT NULL,
    proven                  INTEGER NOT NULL CHECK (proven IN (0, 1)),
    PRIMARY KEY (email_id, position, message_key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX returned_by_address ON returned_messages (email_address, returned_at);

  -- A message that comes back names the email by its Message-ID.
  CREATE INDEX emails_by_message_id ON emails (message_id);
  `,
  // Consent, and people who are not tracked or not kept any more.
  `
  -- 1: the copy has the pixel that all copies without consent share, which stands for nobody.
  ALTER TABLE recipients ADD COLUMN shares_pixel INTEGER NOT NULL DEFAULT 0;

  -- The yes that a copy with a pixel of its own relies on, as the list says it. agreed_at is text of the list.
  CREATE TABLE consents (
    email_id     TEXT NOT NULL REFERENCES emails,
    position     INTEGER NOT NULL,
    agreed_at    TEXT NOT NULL,
    method       TEXT NOT NULL,
    wording      TEXT NOT NULL,
    source       TEXT NOT NULL,
    recorded_at  TEXT NOT NULL,
    PRIMARY KEY (email_id, position)
  ) STRICT, WITHOUT ROWID;

  -- Who is not tracked, in mail that was sent and in mail to come. address_key is the address in lower case.
  CREATE TABLE optouts (
    address_key    TEXT PRIMARY KEY,
    email_address  TEXT NOT NULL,
    opted_out_at   TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Pixels of which nothing is recorded any more, by the numbers of their tokens. is_own: decided in this database. is_noted: 0 when
  -- somebody pressed the link in a copy, until their address is among the optouts.
  CREATE TABLE closed_pixels (
    sequence          INTEGER PRIMARY KEY AUTOINCREMENT,
    email_number      INTEGER NOT NULL,
    recipient_number  INTEGER NOT NULL,
    reason            TEXT NOT NULL CHECK (reason IN ('optout', 'forget')),
    closed_at         TEXT NOT NULL,
    is_own            INTEGER NOT NULL CHECK (is_own IN (0, 1)),
    is_noted          INTEGER NOT NULL CHECK (is_noted IN (0, 1)),
    UNIQUE (email_number, recipient_number)
  ) STRICT;
  CREATE INDEX closed_pixels_unnoted ON closed_pixels (sequence) WHERE is_noted = 0;

  -- People of whom nothing is kept but a keyed hash of their address, so that they are not mailed by accident.
  CREATE TABLE forgotten (
    address_hash     TEXT PRIMARY KEY,
    key_fingerprint  TEXT NOT NULL,
    forgotten_at     TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
];
