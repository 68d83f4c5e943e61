export const csvTopic = `Lists: CSV with a header row, separated by comma, semicolon or tab (found in the first rows, or named in a first line
sep=; or by --delimiter). UTF-8, or UTF-16 with a byte order mark; --encoding utf-16le, utf-16be, latin1 or windows-1252
for files in others. In a file named .tsv or .tab a cell that is in quotes as a whole loses them, and all other quotes are text;
with --delimiter tab they are read as in CSV.

  email  required; also e-mail, email_address, mail, and as exports name it: E-mail 1 - Value, E-Mail-Adresse, Work Email,
         Adresse e-mail, Correo electrónico. --email-column <name> names any other
  name   optional; also Display Name, Full Name. Without one, First Name and Last Name make it (Given Name and
         Family Name, Vorname and Nachname, …). --name-column <name> names any other
  role   optional, with --to only: to, cc or bcc. With --each it is a merge field
  track  optional: no = this person's copy carries no pixel. Rename it if it means something else
  …      every other column is a merge field

Blanks, _, - and case do not count in the names of columns. mailtrack check says which columns were taken.

Notes before the header: --header-row <n>, its line (in a workbook its row). Lines below the people: --skip-invalid.
Several addresses in one cell, with ; or , or ::: between them, are refused unless --several-addresses first or each
says whom they mean. A list whose name has a comma in it: --each 'Doe, Jane.csv'.

report --csv > report.csv is a list as well: it has the merge fields, and keeps untracked those who were not tracked.
--each report.csv --where 'verdict = none' writes to those of whom no open is known.

--attach-column <column> attaches to each copy the files that its row names: one, or several with ; between them. Names
start in the folder of the list (of standard input: where the command runs) and stay in it, also through links. An
empty cell means none. Every file is read before anything is sent; one that changes after that is never sent in its
place: the run stops there, and resume goes on once it is back. The column is a merge field as any other.

Files named .ndjson or .jsonl hold one JSON object a line, .json an array of them (at most 50 MB). The keys of the
first object are the columns, every other has the same; values are text, numbers, true, false, or null for nothing.
They are UTF-8 or UTF-16.

Files named .xlsx are workbooks (at most 20 MB); the first sheet that is not hidden is read, or --sheet <name>, from its
first row that is not empty. Hidden and filtered rows are read too, and the plan counts them; --visible-rows leaves them
out. Text stays as it is; numbers are written out (1234, 0.5; a format such as 00000 or % is not applied: keep ZIP codes
as text), dates are 2026-11-23 or 2026-11-23 09:30, durations 30:15, TRUE is true. A formula counts as what it came to
when the workbook was saved; an error (#REF!) is refused.

Errors name file and line (in an array the number of the object, in a sheet the row), all at once, before anything is sent.
Identical rows merge; rows with one address and different fields are an error unless --duplicates first, last or each.
--skip-invalid leaves bad rows out.

--where takes some rows, before anything else is asked of them: column = value, column != value, column ~ text
(contains), column is empty, column is not empty, joined by and; given again, both hold. Case and blanks at the edge
do not count. Values and columns of several words go into quotes:

  --where '"First Name" = Ann'
  --where 'city = "New York"'

--sample n picks n of those who remain at random. The plan names the --seed that picks the same ones again, as long as
the same people remain in the same order; --seed spring, any text of your own, does too.

The plan warns of domains that are one slip from a large provider's (gmial.com), and of those that mix Latin letters
with Cyrillic or Greek ones. Such rows are sent to all the same.`;
