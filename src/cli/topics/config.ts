import { settingLines } from '../config/print-settings.js';

export const configTopic = `Configuration: mailtrack.toml in this folder or above, then $XDG_CONFIG_HOME/mailtrack/config.toml.

  from = "Ann <ann@example.com>"
  [smtp]
  url = "smtps://ann@smtp.example.com"
  password_command = "pass show smtp"
  [tracking]
  url = "https://t.example.com"
  [contacts]
  file = "contacts.csv"
  [aliases]
  team = ["alice", "bob"]
  [send]
  rate = "10/s"

The password may come from MAILTRACK_SMTP_PASSWORD instead. The address book, contacts.csv, has the columns alias,name,email
and any others. An alias is a name for people, who may be names of the address book.

Every setting:

${settingLines().join('\n')}
  [aliases]
    <name>  names for people: team = ["alice", "bob"]
  [profiles.<name>]
    …       any of these again, for --profile <name>

mailtrack config show --origin lists every value and where it comes from.

A server comes from one place, with its port, tls and user; a URL can hold all of them. A password goes only to the server
that is named beside it, if one is. A mailtrack.toml may come from somebody else: before a password is used together with
its smtp, tracking, inbox, store or dkim settings, or its password_command runs, read it and run mailtrack config trust;
after a change, again. A file is not used when another account owns it or its folder, or can write to them; a file that
you name with --config may belong to anybody.`;
