export const privacyTopic = `What an open is: somebody's program fetched the pixel of one person's copy.

It does not say that the person read the message. Mail servers, security scanners and Apple's Mail fetch images
without anybody looking; people with images off read without fetching. Reports say which it probably was, and
"no open seen" never means "not read".

Kept of a fetch: time, user agent (256 characters), network prefix (/24 or /48), verdict. Never a full address.

Who has a pixel: with privacy.consent = "opt-out" (the default) everybody whose list does not say no in its column track;
with "opt-in" only people whose list says yes; with "aggregate" these as well, and all other copies share one pixel that
is counted for nobody. The columns consent_at, consent_method and consent_wording keep what somebody agreed to.
--no-track leaves the pixel out of every copy.

A footer for templates: This message tells its sender when it is opened. <a href="{{ stop_tracking_url }}">Stop that</a>.

optout ends the tracking of somebody, also in mail that was sent; forget erases them; export prints what is held about them;
purge removes what is older than privacy.retention. pull tells a server elsewhere of the first two.

In many places tracking somebody needs their consent first; ask before
you do.`;
