"""Messages as Python's email package reads them: paths in JSON on stdin, one object a path in JSON on stdout."""

import email
import email.header
import email.policy
import email.utils
import hashlib
import json
import sys


def read(path):
    with open(path, "rb") as file:
        octets = file.read()
    message = parse(octets)
    leaves = [part for part in message.walk() if is_leaf(part)]
    bodies = [part for part in leaves if part.get_content_disposition() is None]
    return {
        "subject": str(message["Subject"]),
        "from": addresses(message, "From")[0],
        "to": addresses(message, "To"),
        "cc": addresses(message, "Cc"),
        "replyTo": addresses(message, "Reply-To"),
        "fields": {name.lower(): str(value) for name, value in message.items()},
        "tree": tree(message),
        "text": text_of(bodies, "text/plain"),
        "html": text_of(bodies, "text/html"),
        "files": [describe(part) for part in leaves if part.get_content_disposition() is not None],
        "defects": [defect for part in message.walk() for defect in defects(part)],
    }


def parse(octets):
    if octets.isascii():
        return email.message_from_bytes(octets, policy=email.policy.default)
    # A header of UTF-8 octets. RFC 6532
    return email.message_from_string(octets.decode("utf-8"), policy=email.policy.SMTPUTF8)


def is_leaf(part):
    # A message that is attached is a file to its reader, whatever is in it.
    return not part.is_multipart() or part.get_content_type() == "message/rfc822"


def addresses(message, name):
    """Names are decoded by the older half of the package: the newer leaves blanks between the words of one name."""
    field = message[name]
    if field is None:
        return []
    written = next(value for key, value in message.raw_items() if key.lower() == name.lower())
    names = [phrase for phrase, address in email.utils.getaddresses([unfold(written)]) if address]
    found = [one.addr_spec for one in field.addresses]
    assert len(names) == len(found), field
    return [print_address(decode(phrase), addr_spec) for phrase, addr_spec in zip(names, found)]


def unfold(value):
    return value.replace("\r", "").replace("\n", "")


def decode(words):
    return str(email.header.make_header(email.header.decode_header(words)))


def print_address(name, addr_spec):
    return f"{name} <{addr_spec}>" if name else addr_spec


def tree(part):
    if is_leaf(part):
        return part.get_content_type()
    return f"{part.get_content_subtype()}({', '.join(map(tree, part.iter_parts()))})"


def text_of(parts, content_type):
    found = next((part.get_content() for part in parts if part.get_content_type() == content_type), "")
    return found.replace("\r\n", "\n").rstrip("\n") + "\n"


def describe(part):
    if part.get_content_type() == "message/rfc822":
        content = part.get_payload(0).as_bytes(policy=email.policy.SMTP)
    else:
        content = part.get_payload(decode=True)
    # postal-mime decodes such files to lines of text.
    if part.get_content_maintype() in ("text", "message"):
        content = content.replace(b"\r\n", b"\n").rstrip(b"\n")
    return [part.get_filename(), part.get_content_type(), hashlib.sha256(content).hexdigest()]


def defects(part):
    found = list(part.defects)
    for name, value in part.items():
        found += [defect for defect in getattr(value, "defects", ()) if not is_meant(name.lower(), defect)]
    return [repr(defect) for defect in found]


def is_meant(name, defect):
    # RFC 6532 §3.2 allows such local parts, where the server offers SMTPUTF8.
    if type(defect).__name__ == "NonASCIILocalPartDefect":
        return True
    # RFC 2047 §5 allows no encoded words in `name=`. Programs that do not know the `filename*=` beside it (RFC 2231) read
    # them there all the same, and nobody else looks.
    return name == "content-type" and "encoded" in str(defect)


json.dump([read(path) for path in json.load(sys.stdin)], sys.stdout)
