#!/usr/bin/env bash
# chasquid 1.11 (Debian 12) offers PIPELINING, and loses commands that arrive in the same segment as the end of a message: they
# are not carried out and never answered. Later commands of the session are answered as usual.
#
# RFC 2920 §3.1 lets a client write the end of a message and the next MAIL, RCPT and DATA in one group.
#
# Output seen on 2026-11-30:
#   EHLO offers PIPELINING
#   [message] alone: 250
#   [message, MAIL, RCPT, DATA] in one segment: 250
#   [NOOP] afterwards: 250
#
# Needs apt, openssl and python3. Ends with 1 when chasquid behaves in another way.
set -euo pipefail

folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"
mkdir -p packages unpacked etc/certs/mail.example.test etc/domains/example.test
[ "$(id -u)" != 0 ] || { chmod 755 "$folder"; chown _apt packages; }

(cd packages && apt-get download -qq chasquid=1.11-2+b2)
dpkg -x packages/*.deb unpacked
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=mail.example.test \
  -keyout etc/certs/mail.example.test/privkey.pem -out etc/certs/mail.example.test/fullchain.pem 2> /dev/null
echo 'anna: | cat' > etc/domains/example.test/aliases
port=$((20000 + RANDOM % 10000))
cat > etc/chasquid.conf << END
hostname: "mail.example.test"
smtp_address: "127.0.0.1:$port"
mail_delivery_agent_bin: "/bin/false"
data_dir: "$folder/data"
mail_log_path: "<stderr>"
END
unpacked/usr/bin/chasquid "-config_dir=$folder/etc" > log 2>&1 &
server=$!

cat > client.py << 'END'
import re, socket, sys, time

envelope = b'MAIL FROM:<news@example.test>\r\nRCPT TO:<anna@example.test>\r\nDATA\r\n'
message = b'From: news@example.test\r\nSubject: hello\r\n\r\nHello\r\n.\r\n'

def ask(session, octets):
    """What the server says until it was silent for some seconds."""
    heard = b''
    session.sendall(octets)
    while True:
        session.settimeout(10 if heard == b'' else 3)
        try: octets = session.recv(65536)
        except socket.timeout: break
        if not octets: break
        heard += octets
    return heard.decode()

codes = lambda heard: ' '.join(re.findall(r'^(\d{3}) ', heard, re.M))

for _ in range(60):
    try: session = socket.create_connection(('127.0.0.1', int(sys.argv[1]))); break
    except OSError: time.sleep(0.5)
ask(session, b'')
ehlo = ask(session, b'EHLO client.example.test\r\n')
offers = re.search(r'^250[- ]PIPELINING\r$', ehlo, re.M) is not None
print('EHLO offers PIPELINING' if offers else 'EHLO does not offer PIPELINING')
ask(session, envelope)
alone = codes(ask(session, message))
print('[message] alone:', alone)
ask(session, envelope)
together = codes(ask(session, message + envelope))
print('[message, MAIL, RCPT, DATA] in one segment:', together)
afterwards = codes(ask(session, b'NOOP\r\n'))
print('[NOOP] afterwards:', afterwards)
sys.exit(0 if (offers, alone, together, afterwards) == (True, '250', '250', '250') else 1)
END
python3 client.py "$port"
