import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createAddressBook } from '../../src/recipients/address-book.js';
import type { Recipient } from '../../src/recipients/recipient.js';
import { parseWhere, type Where } from '../../src/recipients/where.js';
import { type GatherOptions, gatherRecipients } from '../../src/workflow/gather-recipients.js';
import type { Files, Random } from '../../src/workflow/ports.js';

/** Never the same octets twice, and the same ones in every run. */
const random: Random = {
  bytes: count => createHash('shake128', { outputLength: count }).update(`${drawn++}`).digest(),
};
let drawn = 0;

/** `rows` are asked for anew at each reading. */
async function gather(
  rows: (reading: number) => readonly string[],
  suppressed: readonly string[] = [],
  options: Partial<GatherOptions> = {},
) {
  let readings = 0;
  const files = {
    exists: async () => false,
    async *stream() {
      yield Buffer.from(`email,name\n${rows(readings++).join('\n')}\n`);
    },
  } as unknown as Files;
  const met: string[] = [];
  const gathered = await gatherRecipients(
    {
      named: { to: [], cc: [], bcc: [], each: ['people.csv'] },
      duplicates: undefined,
      skipInvalid: false,
      consentNeeded: false,
      where: [],
      sample: undefined,
      seed: undefined,
      encoding: undefined,
      sheet: undefined,
      ...options,
    },
    {
      files,
      addressBook: createAddressBook([], new Map()),
      random,
      findSuppressed: async keys => new Set(keys.filter(key => suppressed.includes(key))),
    },
    ({ mailbox }) => met.push(mailbox.addrSpec),
  );
  const recipients = async () => {
    const all: Recipient[] = [];
    for await (const recipient of gathered.recipients()) all.push(recipient);
    return all.map(({ mailbox }) => String(mailbox.addrSpec));
  };
  return { ...gathered, recipients, met, readings: () => readings };
}

function where(text: string): Where {
  const conditions = parseWhere(text);
  if (!conditions.ok) throw new Error(conditions.why);
  return conditions.value;
}

const people = (count: number, named = 'P') =>
  Array.from({ length: count }, (_, index) => `p${index}@example.com,${named} ${index}`);
const addresses = (count: number) => Array.from({ length: count }, (_, index) => `p${index}@example.com`);

describe('gatherRecipients', () => {
  it('meets everybody of a short list in one reading, and needs no other', async () => {
    const { met, allMet, recipients, readings } = await gather(() => people(3));
    expect(allMet).toBe(true);
    expect(met).toEqual(addresses(3));
    expect(await recipients()).toEqual(addresses(3));
    expect(readings()).toBe(1);
  });

  it('reads a long list again, and refuses it if it is another one', async () => {
    const same = await gather(() => people(10_001));
    expect(same.allMet).toBe(true);
    expect(await same.recipients()).toEqual(addresses(10_001));
    expect(same.readings()).toBe(2);
    const other = await gather(reading => people(10_001, reading === 0 ? 'P' : 'Q'));
    await expect(other.recipients()).rejects.toThrow('people.csv changed while it was read');
  });

  it('has not met the right people when somebody is named twice or suppressed', async () => {
    const twice = await gather(() => [...people(2), ...people(1)]);
    expect(twice.allMet).toBe(false);
    expect(await twice.recipients()).toEqual(addresses(2));
    const suppressed = await gather(() => people(2), ['p0@example.com']);
    expect(suppressed.allMet).toBe(false);
    expect(await suppressed.recipients()).toEqual(['p1@example.com']);
  });
});

describe('--where', () => {
  it('leaves rows out before anything else is asked of them, and says how many', async () => {
    const rows = ['a@example.com,Ann', 'bad address,Bob', 'a@example.com,Bob', 'c@example.com,Ann'];
    const { met, notices, problems, leftOut, allMet } = await gather(() => rows, [], {
      where: where('name = ann'),
    });
    expect(met).toEqual(['a@example.com', 'c@example.com']);
    expect(allMet).toBe(true);
    expect(leftOut).toBe(2);
    expect(notices).toEqual(['2 rows left out by --where']);
    expect(problems).toEqual([]);
  });

  it('gives the same people in every reading', async () => {
    const { met, recipients, readings, leftOut } = await gather(() => people(41_000), ['p1@example.com'], {
      where: where('name ~ 1'),
    });
    const expected = addresses(41_000).filter(address => address.includes('1'));
    expect(met).toEqual(expected);
    const others = expected.filter(address => address !== 'p1@example.com');
    expect(await recipients()).toEqual(others);
    expect(await recipients()).toEqual(others);
    expect(readings()).toBe(4);
    expect(leftOut).toBe(41_000 - expected.length);
  });

  it('still refuses what is wrong with the rows that are kept', async () => {
    const { problems } = await gather(() => ['bad address,Ann', 'a@example.com', 'b@example.com,Bob'], [], {
      where: where('name = ann'),
    });
    expect(problems.map(({ code, where: place }) => [code, place?.line])).toEqual([
      ['address-syntax', 2],
      ['list-row', 3],
    ]);
  });

  it('is an error of the list when it has no such column', async () => {
    const { problems, met } = await gather(() => people(3), [], { where: where('nmae = Ann') });
    expect(problems.map(({ code, fix }) => [code, fix])).toEqual([['list-column', 'Did you mean "name"?']]);
    expect(met).toEqual([]);
  });

  it('does not leave out who is typed by hand beside a list', async () => {
    const { met } = await gather(() => people(2), [], {
      named: { to: [], cc: [], bcc: [], each: ['people.csv', 'boss@example.com'] },
      where: where('name = "P 1"'),
    });
    expect(met).toEqual(['p1@example.com', 'boss@example.com']);
  });

  it('is a usage error when everybody is typed by hand', async () => {
    const named = { to: ['a@example.com'], cc: [], bcc: [], each: [] };
    await expect(gather(() => [], [], { named, where: where('name = Ann') })).rejects.toMatchObject({
      code: 'usage',
      message: '--where chooses among the rows of lists, and there is no list',
    });
  });
});

describe('flags about lists', () => {
  it.each([
    [{ delimiter: ';' }, 'people.xlsx', '--delimiter only applies to CSV lists, and none was given'],
    [{ headerRow: 2 }, 'people.json', '--header-row only applies to CSV and .xlsx lists, and none was given'],
    [{ sheet: 'S' }, 'people.csv', '--sheet only applies to .xlsx lists, and none was given'],
    [{ visibleRows: true }, 'people.csv', '--visible-rows only applies to .xlsx lists, and none was given'],
    [{ emailColumn: 'e' }, 'a@example.com', '--email-column only applies to lists, and none was given'],
    [{ nameColumn: 'n' }, 'a@example.com', '--name-column only applies to lists, and none was given'],
    [
      { severalAddresses: 'first' as const },
      'a@example.com',
      '--several-addresses only applies to lists, and none was given',
    ],
  ])('are usage errors without such a list: %j', async (flag, each, message) => {
    const named = { to: [], cc: [], bcc: [], each: [each] };
    await expect(gather(() => [], [], { named, ...flag })).rejects.toMatchObject({ code: 'usage', message });
  });
});

describe('--encoding', () => {
  it('is a usage error when there is no list of CSV', async () => {
    for (const each of ['a@example.com', 'people.ndjson']) {
      const named = { to: [], cc: [], bcc: [], each: [each] };
      await expect(gather(() => [], [], { named, encoding: 'latin1' })).rejects.toMatchObject({
        code: 'usage',
        message: '--encoding only applies to CSV lists, and none was given',
      });
    }
  });
});

describe('--sample', () => {
  it('picks some of a short list, in their order, and the same ones in every reading', async () => {
    const { recipients, notices, allMet, readings } = await gather(() => people(100), [], { sample: 10 });
    const picked = await recipients();
    expect(new Set(picked).size).toBe(10);
    expect(picked).toEqual(addresses(100).filter(address => picked.includes(address)));
    expect(await recipients()).toEqual(picked);
    expect(notices).toEqual([
      expect.stringMatching(
        /^10 of 100 people picked by --sample; with --seed [a-z2-7]{8} it picks them again$/,
      ),
    ]);
    // Whoever was met is not asked of: only of those who were picked.
    expect(allMet).toBe(false);
    expect(readings()).toBe(1);
  });

  it('picks others another time', async () => {
    const first = await gather(() => people(1_000), [], { sample: 10 });
    const second = await gather(() => people(1_000), [], { sample: 10 });
    expect(await second.recipients()).not.toEqual(await first.recipients());
  });

  it('picks of those who remain, and counts each person once', async () => {
    const rows = [...people(30_000), ...people(30_000)];
    const { recipients, notices } = await gather(() => rows, ['p1@example.com'], {
      sample: 3,
      where: where('name ~ "P 1"'),
    });
    const remaining = new Set(addresses(30_000).filter(address => /^p1\d/.test(address)));
    const picked = await recipients();
    expect(picked).toHaveLength(3);
    for (const address of picked) expect(remaining).toContain(address);
    expect(await recipients()).toEqual(picked);
    expect(notices.at(-1)).toContain(`3 of ${remaining.size} people picked by --sample`);
  });

  it('picks the same ones again with the seed it named, of short lists and of long ones', async () => {
    for (const count of [100, 30_000]) {
      const first = await gather(() => people(count), [], { sample: 10 });
      const [, seed] = /--seed (\S+)/.exec(first.notices[0] ?? '') ?? [];
      const second = await gather(() => people(count), [], { sample: 10, seed });
      expect(await second.recipients()).toEqual(await first.recipients());
      expect(second.notices).toEqual(first.notices);
      const other = await gather(() => people(count), [], { sample: 10, seed: "Ann's" });
      expect(await other.recipients()).not.toEqual(await first.recipients());
      expect(other.notices[0]).toContain("with --seed 'Ann'\\''s' it picks them again");
    }
  });

  it('has to be there for a seed', async () => {
    await expect(gather(() => people(3), [], { seed: 'x' })).rejects.toMatchObject({
      code: 'usage',
      message: '--seed needs --sample',
      fix: 'Add --sample with a number, or leave --seed out.',
    });
  });

  it('takes everybody when there are no more', async () => {
    const { recipients, notices } = await gather(() => people(3), [], { sample: 3 });
    expect(await recipients()).toEqual(addresses(3));
    expect(notices).toEqual(['--sample 3 takes everybody: there are 3']);
  });
});
