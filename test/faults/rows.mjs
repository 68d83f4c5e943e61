/** The faults, one row each, in files by kind of fault. A row counts its trials and says what did not hold. */
import { connection } from './rows/connection.mjs';
import { environment } from './rows/environment.mjs';
import { files } from './rows/files.mjs';
import { kills } from './rows/kills.mjs';
import { memory } from './rows/memory.mjs';
import { processes } from './rows/processes.mjs';
import { replies } from './rows/replies.mjs';
import { tls } from './rows/tls.mjs';
import { upgrade } from './rows/upgrade.mjs';

const numberOf = row => Number(row.id.slice(1));

export const rows = [
  ...kills,
  ...connection,
  ...replies,
  ...processes,
  ...environment,
  ...tls,
  ...files,
  ...memory,
  ...upgrade,
].sort((one, other) => numberOf(one) - numberOf(other));
