export const privacyTopic = `What an open is: somebody's program fetched the pixel of one person's copy.

It does not say that the person read the message. Mail servers, security scanners and Apple's Mail fetch images
without anybody looking; people with images off read without fetching. Reports say which it probably was, and
"no open seen" never means "not read".

Kept of a fetch: time, user agent (256 characters), network prefix (/24 or /48), verdict. Never a full address.
track=no in a list gives a copy without a pixel; privacy.consent = "opt-in" makes that the default. In many places
tracking somebody needs their consent first; ask before you do.`;
