export const environmentTopic = `Environment variables; a flag wins over them, they win over files:

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
relative paths in them are ignored, as the XDG specification asks.`;
