"""Reads {"records": {name: TXT}, "messages": [base64]}, prints whether each signature of each message verifies."""

import base64
import json
import sys

import dkim

given = json.load(sys.stdin)


def look_up(name, timeout=5):
    return given["records"].get(name.decode().lower(), "").encode()


def verify(message, index):
    try:
        return dkim.DKIM(message, minkey=2048).verify(idx=index, dnsfunc=look_up)
    except dkim.DKIMException:
        return False


messages = [base64.b64decode(message) for message in given["messages"]]
print(json.dumps([[bool(verify(message, index)) for index in (0, 1)] for message in messages]))
