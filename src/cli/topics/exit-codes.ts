export const exitCodesTopic = `Exit codes (after sysexits.h):

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
state: 0, 1 or 75.`;
