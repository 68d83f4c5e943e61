export const cronTopic = `From cron and scripts. Nothing is asked where there is no terminal: --yes answers, or --confirm 1432, which fails unless there
are exactly 1,432 recipients.

  $ mailtrack send weekly.mjml --each people.csv --yes --quiet --id weekly-2026-W48
  $ people-of-today | mailtrack send note.md --each - --yes --json > result.ndjson

--id names the email, which is sent once however often the command runs, and even if two run at the same time. A later run sends
nothing and ends with the exit code of that email, so it can be followed by resume:

  $ mailtrack send … --yes --id weekly || mailtrack resume weekly

Exit code 75: some recipients are not finished. mailtrack resume goes on with them and sends no second copy. 1: finished, and the
server rejected some. Others: mailtrack help exit-codes.

An entry of a crontab is one line, and cron does not know a line that goes on. Put the command into a script of mode 700, such as
/home/you/mail/weekly:

  #!/bin/sh
  cd /home/you/mail || exit
  id=weekly-$(date +%G-W%V)
  set -- --yes --quiet --id "$id"
  set -- --each people.csv "$@"
  mailtrack send weekly.mjml "$@"

A crontab has few variables: name what is needed, with whole paths, and write % as \\%.

  MAILTO=you@example.com
  PATH=/usr/local/bin:/usr/bin:/bin
  0 8 * * 1  /home/you/mail/weekly
  */15 * * * *  /home/you/mail/go-on

The script go-on has the same first two lines, then mailtrack resume --quiet. Both work in the folder of mailtrack.toml. A
password_command that asks somebody cannot work there. MAILTRACK_SMTP_PASSWORD, or a command that reads a file of mode 600, can.
config trust is remembered for your account.

resume without an id takes the newest unfinished email. Where every email is finished, it ends with 0 and says so.`;
