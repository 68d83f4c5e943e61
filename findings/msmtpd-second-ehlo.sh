#!/usr/bin/env bash
# msmtpd 1.8.23 (Debian 12, package msmtp-mta) takes EHLO once: the second is refused and ends the session.
#
# RFC 5321 §4.1.4: "An EHLO command MAY be issued by a client later in the session"; the server clears its buffers as
# after RSET.
#
# Output seen on 2026-11-30:
#   first EHLO: 250 localhost
#   second EHLO: 500 Expected MAIL FROM:<addr> or QUIT
#   then: closed
#
# Needs apt and python3. Ends with 1 when msmtpd behaves in another way.
set -euo pipefail

folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"
mkdir packages unpacked
[ "$(id -u)" != 0 ] || { chmod 755 "$folder"; chown _apt packages; }

(cd packages && apt-get download -qq msmtp-mta=1.8.23-1 libsecret-1-0=0.20.5-3)
for package in packages/*.deb; do dpkg -x "$package" unpacked; done
export LD_LIBRARY_PATH=$folder/unpacked/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)
port=$((20000 + RANDOM % 10000))
unpacked/usr/bin/msmtpd --interface=127.0.0.1 "--port=$port" --command=cat &
server=$!

cat > client.py << 'END'
import socket, sys, time

for _ in range(60):
    try: session = socket.create_connection(('127.0.0.1', int(sys.argv[1]))); break
    except OSError: time.sleep(0.5)
session.settimeout(10)
replies = session.makefile('rb')

def ask(octets):
    try:
        session.sendall(octets)
        return replies.readline().decode().strip() or 'closed'
    except ConnectionError: return 'closed'

ask(b'')
first, second = ask(b'EHLO client.example.test\r\n'), ask(b'EHLO client.example.test\r\n')
print('first EHLO:', first)
print('second EHLO:', second)
third = ask(b'QUIT\r\n')
print('then:', third)
sys.exit(0 if (first, second[:3], third) == ('250 localhost', '500', 'closed') else 1)
END
python3 client.py "$port"
