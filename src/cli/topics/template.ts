export const templateTopic = `Templates: .mjml, .html, .md or .txt, with Liquid merge fields.

  ---
  subject: Lunch on Thursday
  preheader: Bring a friend
  locale: en-GB
  greeting: Hello
  ---
  {{ greeting }} {{ name }}, …

The front matter, between the dashes, is optional. The preheader is the line shown beside the subject, and locale is that
of dates and numbers. Any key it does not know, such as greeting, is a default for a merge field.

{{ field }}, {% if field == "x" %}…{% endif %} and {% for i in (1..3) %}…{% endfor %} work everywhere, between
MJML components too. Always there: email, name, role, email_id, unsubscribe_url, stop_tracking_url. A column "First Name" is
{{ first_name }}. A field that a recipient lacks stops everything before the first message, unless it has a default:
{{ name | default: "there" }}. So does what reads as a field nobody filled in (*|FNAME|*, %FIRSTNAME%, [FIRST NAME]; undefined
and NaN in a value), unless --allow-placeholders is given. {% raw %}{{ name }}{% endraw %} is text.

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

Attachments: attachments: [terms.pdf] in the front matter names files of the template's folder, and --attach takes any; everybody
gets them. attachment_column: invoice, or --attach-column invoice, attaches the files that a column of the list names (help csv).
An .ics with a METHOD is sent as an invitation; text says that it is UTF-8 when it is.

{{ unsubscribe_url }} also puts List-Unsubscribe into the header (one click, RFC 8058) where the tracking URL is https; --each
to more than 50 people has it anyway, and so does any mail with --list-unsubscribe.

{{ stop_tracking_url }} is the link that stops the recording of a reader's opens; they go on getting mail. A footer for it is
in help privacy.

Links: an address that begins with a field, <a href="{{ link }}">, has to be http, https, mailto or tel for everybody;
so has an image. https://example.com/{{ id }} is never asked about.

The subject: --subject, front matter, <mj-title> or <title>, the first Markdown heading; in that order. A title in a branch
is that of the people the branch is for.

The text part is made from the template, or taken from <template>.txt beside it.

The pixel goes near the top of the HTML part; {{ pixel }} puts it elsewhere.

A template of more than 2 MB, or that takes more than 10 seconds to compile, is refused.`;
