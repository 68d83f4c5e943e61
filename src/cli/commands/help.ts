import type { Command } from 'commander';
import { settingLines } from '../config/print-settings.js';

/** Texts behind `mailtrack help <topic>`: what belongs to no single command. */
const topics: Readonly<Record<string, string>> = {
  'exit-codes': `Exit codes (after sysexits.h):

    0  all accepted; or the command did what it was asked
    1  finished, some recipients were rejected; or check found errors
   64  wrong usage, or a question that nobody was there to answer
   65  bad template, list or address
   66  a file or an email id was not found
   69  the server could not be reached (no session was ever opened; for pull: no whole answer)
   70  a fault of mailtrack
   73  an output file cannot be created
   74  input or output error: disk, database, port, or output that could not be written
   75  unfinished: pending, deferred or uncertain recipients; mailtrack resume is safe
   77  login or sender refused; for pull: another key, or a clock that is wrong
   78  configuration
  130  interrupted (SIGINT); 143 by SIGTERM or SIGHUP

When several apply: 130 and 143, then 77, 69, 75, 1. send --id of an email that is there already ends with its
state: 0, 1 or 75.`,

  environment: `Environment variables; a flag wins over them, they win over files:

  MAILTRACK_CONFIG         configuration file instead of mailtrack.toml
  MAILTRACK_PROFILE        table [profiles.<name>] to use
  MAILTRACK_FROM           the sender
  MAILTRACK_SMTP_URL       smtp://user@host:587 or smtps://user@host:465
  MAILTRACK_SMTP_PASSWORD  the password; never a flag. With MAILTRACK_SMTP_URL it is for that server only
  MAILTRACK_TRACKING_URL   public base URL of mailtrack serve
  MAILTRACK_KEY            the text of a key file (mt1-…), or the name of one
  MAILTRACK_DB             database
  MAILTRACK_CONTACTS       address book, a CSV with alias,name,email
  MAILTRACK_OUTPUT         json: as if --json were given

  NO_COLOR, FORCE_COLOR, TERM=dumb and CI are honoured. XDG_CONFIG_HOME and XDG_DATA_HOME say where files are;
  relative paths in them are ignored, as the XDG specification asks.`,

  template: `Templates: .mjml, .html, .md or .txt, with Liquid merge fields.

  ---
  subject: Lunch on Thursday
  preheader: The line shown beside the subject
  locale: en-GB              (of dates and numbers)
  greeting: Hello            (any other key: a default for a merge field)
  ---
  {{ greeting }} {{ name | default: "there" }}, …

  {{ field }}, {% if field == "x" %}…{% endif %} and {% for i in (1..3) %}…{% endfor %} work everywhere, between
  MJML components too. Always there: email, name, role, email_id, unsubscribe_url. A column "First Name" is
  {{ first_name }}. A field that a recipient lacks stops everything before the first message, unless it has a default;
  so does what reads as one nobody filled in (*|FNAME|*, %FIRSTNAME%; undefined and NaN in a value), unless
  --allow-placeholders is given. {% raw %}{{ name }}{% endraw %} is text.

  Values are text: 01234 in a list or the front matter keeps its zero. Beside a number, {% if tickets == 2 %}, text that is a
  number is one; a decimal comma there is refused with its row. Quotes around a value of the front matter keep "#" and ": ".

  Dates and numbers: {{ due | local_date: "long" }} (or full, medium, short), {{ due | date: "%A, %-d %B" }},
  {{ amount | money: "EUR" }}, {{ n | number: 2 }}; a locale as last argument wins over that of the front matter. Written are
  dates like 2026-12-01 or 2026-12-01 10:00, and numbers like 1234.50; others are refused with their row. "now" is the
  Date of the email.

  MJML: <mj-include path="parts/footer.mjml" /> puts another file there (type="html" or "css", css-inline="inline"). Its
  path starts in the folder of the file that names it and stays in that of the template, or in --root. Liquid works in it.
  Liquid stands between components, in <mj-raw> or in a comment, and in the value of an attribute. Where MJML computes with
  the value, such as the width of a column, it has to be the same for everybody. <mj-social>, <mj-accordion> and <mj-carousel>
  without images of your own load those of other servers, which are told of every reader: check says so.
  Columns in a loop need a width: without one they share it by how many are written, not by how many come out.

  HTML: the rules of <style> are written into style attributes as well, since several mail clients read nothing else; those
  under @media, :hover or <style media="…"> become !important to win over them; a:link is written onto links. <style data-embed>
  is left as it is. <link rel="stylesheet" href="mail.css"> stands for a file of the template's folder; web fonts are left to
  mail clients. Other style sheets, {% tags %} in a <style>, and classes that are merge fields are refused.

  Markdown: HTML works in it as far as it belongs into the body of a page; comments are left out. Tags on lines of their own may
  stand between paragraphs, items and the rows of a table. {% if %} and its {% endif %} go into one paragraph, or around several.
  With locale: ar the page of Markdown and text runs from right to left.

  Images: a relative path, <img src="logo.png">, is attached from the template's folder (also for an image in an included
  file) and shown in the message; so are those in srcset, background and url(…) of CSS. A merge field cannot choose the file,
  a condition around the image can. --root names another folder whose images, parts and style sheets a template may use.

  Attachments: attachments: [terms.pdf] in the front matter, from the template's folder, and --attach for everybody;
  attachment_column: invoice, or --attach-column invoice, for the files that a column of the list names (help csv). An .ics with
  a METHOD is sent as an invitation; text says that it is UTF-8 when it is.

  {{ unsubscribe_url }} also puts List-Unsubscribe into the header (one click, RFC 8058) where the tracking URL is https.

  Links: an address that begins with a field, <a href="{{ link }}">, has to be http, https, mailto or tel for everybody;
  so has an image. https://example.com/{{ id }} is never asked about.

  Attachments: attachments: [plan.pdf] in the front matter names files of the template's folder; --attach takes any.

  The subject: --subject, front matter, <mj-title> or <title>, the first Markdown heading; in that order. A title in a branch
  is that of the people the branch is for.
  The text part is made from the template, or taken from <template>.txt beside it.
  The pixel goes near the top of the HTML part; {{ pixel }} puts it elsewhere.
  A template of more than 2 MB, or that takes more than 10 seconds to compile, is refused.`,

  csv: `Lists: CSV with a header row, separated by comma, semicolon or tab (found in the first rows, or named in a first line
  sep=; or by --delimiter). UTF-8, or UTF-16 with a byte order mark; --encoding utf-16le, utf-16be, latin1 or windows-1252
  for files in others. In a file named .tsv quotes are text, unless --delimiter tab is given.

  email    required; also e-mail, email_address, mail, and as exports name it: E-mail 1 - Value, E-Mail-Adresse,
           Primary Email, Email (Billing). --email-column <name> names any other
  name     optional; also Display Name, Full Name. Without one, First Name and Last Name make it (Given Name and
           Family Name, Vorname and Nachname, …). --name-column <name> names any other
  role     optional, with --to only: to, cc or bcc. With --each it is a merge field
  track    optional: no = this person's copy carries no pixel. Rename it if it means something else
  …        every other column is a merge field

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

  Errors name file and line (in an array the number of the object, in a sheet the row), all at once, before anything is sent. Identical
  rows merge; rows with one address and different fields are an error unless --duplicates first, last or each.
  --skip-invalid leaves bad rows out.

  --where takes some rows, before anything else is asked of them: column = value, column != value, column ~ text
  (contains), column is empty, column is not empty, joined by and; given again, both hold. Case and blanks at the edge
  do not count. Values and columns of several words go into quotes:
  --where '"First Name" = Ann and city = "New York"'

  --sample n picks n of those who remain at random. The plan names the --seed that picks the same ones again, as long as
  the same people remain in the same order; --seed spring, any text of your own, does too.

  The plan warns of domains that are one slip from a large provider's (gmial.com), and of those that mix Latin letters
  with Cyrillic or Greek ones. Such rows are sent to all the same.`,

  config: `Configuration: mailtrack.toml in this folder or above, then $XDG_CONFIG_HOME/mailtrack/config.toml.

  from = "Anthony <anthony@example.com>"
  [smtp]
  url = "smtps://anthony@smtp.example.com:465"
  password_command = "pass show smtp"     # or MAILTRACK_SMTP_PASSWORD
  ehlo_name = "laptop.example.com"        # if the server refuses the name of this machine
  [tracking]
  url = "https://t.example.com"
  [contacts]
  file = "contacts.csv"                   # alias,name,email,…
  [aliases]
  team = ["alice", "bob"]
  [send]
  rate = "10/s"
  connections = 4
  window = 1                              # messages under way per connection, or "auto"
  [dkim]                                  # if your relay does not sign
  domain = "example.com"
  selector = "mail"
  key_file = "dkim.pem"

  Every setting:

${settingLines().join('\n')}
  [aliases]         names for people: team = ["alice", "bob"]
  [profiles.<name>] any of these again, for --profile <name>

  mailtrack config show --origin lists every value and where it comes from.

  A server comes from one place, with its port, tls and user; a URL can hold all of them. A password goes only to the server
  that is named beside it, if one is. A mailtrack.toml may come from somebody else: before a password is used together with
  its smtp, tracking, inbox, store or dkim settings, or its password_command runs, read it and run mailtrack config trust;
  after a change, again. A file is not used when another account owns it or its folder, or can write to them; a file that
  you name with --config may belong to anybody.`,

  privacy: `What an open is: somebody's program fetched the pixel of one person's copy.

  It does not say that the person read the message. Mail servers, security scanners and Apple's Mail fetch images
  without anybody looking; people with images off read without fetching. Reports say which it probably was, and
  "no open seen" never means "not read".

  Kept of a fetch: time, user agent (256 characters), network prefix (/24 or /48), verdict. Never a full address.
  track=no in a list gives a copy without a pixel; privacy.consent = "opt-in" makes that the default. In many places
  tracking somebody needs their consent first; ask before you do.`,
};

export function defineHelp(command: Command): void {
  command
    .argument('[command|topic]')
    .addHelpText('after', examples)
    .action((name: string | undefined) => {
      const program = command.parent ?? command;
      const text = name === undefined ? undefined : topics[name];
      if (text !== undefined) {
        program.configureOutput().writeOut?.(`${text}\n`);
        return;
      }
      const found = program.commands.find(candidate => candidate.name() === name);
      if (name !== undefined && found === undefined) {
        program.error(`error: there is no command or topic '${name}'`);
      }
      (found ?? program).outputHelp();
    });
}

const examples = `
Examples:
  $ mailtrack help send
  $ mailtrack help template`;
