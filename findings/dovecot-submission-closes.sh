#!/usr/bin/env bash
# The submission service of Dovecot 2.3.19 (Debian 12) offers PIPELINING, and closes the connection without a reply when the
# next MAIL arrives with the end of a message. The message has been handed to the relay by then, so the client cannot know.
#
# RFC 2920 §3.1: the end of the message is no command that has to be last in its group, and MAIL may come anywhere in one.
# With the end of the message alone, or with RSET in front of MAIL, Dovecot answers everything.
#
# Output seen on 2026-11-30:
#   EHLO offers PIPELINING
#   [message] alone: 250
#   [message, RSET, MAIL, RCPT, DATA] in one segment: 250 250 250 250 354
#   [message, MAIL, RCPT, DATA] in one segment: closed
#   messages at the relay: 3
#
# Needs root (a mount namespace), apt and python3. Ends with 1 when Dovecot behaves in another way.
set -euo pipefail

version=1:2.3.19.1+dfsg1-2.1+deb12u7
folder=$(mktemp -d)
chmod 755 "$folder"
processes=()
trap 'for process in "${processes[@]}"; do kill "$process" 2> /dev/null || true; done; rm -rf "$folder"' EXIT
cd "$folder"
mkdir packages unpacked
chown _apt packages

(cd packages && apt-get download -qq "dovecot-core=$version" "dovecot-submissiond=$version" \
  libexttextcat-2.0-0=3.4.5-1 libexttextcat-data=3.4.5-1 liblua5.4-0=5.4.4-3+deb12u1 libwrap0=7.6.q-32)
for package in packages/*.deb; do dpkg -x "$package" unpacked; done
if [ -d unpacked/lib ]; then cp -a unpacked/lib/. unpacked/usr/lib/; rm -rf unpacked/lib; fi

port=$((20000 + RANDOM % 5000))
relay=$((26000 + RANDOM % 4000))
mkdir -p unpacked/etc/dovecot unpacked/run
cat > unpacked/etc/dovecot/dovecot.conf << END
base_dir = /run/dovecot
log_path = /dev/stderr
protocols = submission
ssl = no
disable_plaintext_auth = no
hostname = mail.example.test
listen = 127.0.0.1
mail_location = maildir:~/Maildir
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=/tmp
}
first_valid_uid = 0
submission_relay_host = 127.0.0.1
submission_relay_port = $relay
submission_relay_ssl = no
service submission-login {
  inet_listener submission {
    address = 127.0.0.1
    port = $port
  }
}
END
cat > start.sh << 'END'
set -e
mkdir root && mount -t tmpfs tmpfs root && mkdir root/lower root/upper root/work root/root
cp -a unpacked/. root/lower/ && cd root
mount -t overlay overlay -o lowerdir=lower:/,upperdir=upper,workdir=work root
mount --rbind /dev root/dev
mount -t proc proc root/proc
printf 'dovecot:x:60101:60101::/:/bin/sh\ndovenull:x:60102:60102::/:/bin/sh\n' >> root/etc/passwd
printf 'dovecot:x:60101:\ndovenull:x:60102:\n' >> root/etc/group
exec chroot root /usr/sbin/dovecot -F
END

# The relay: takes one command at a time, and counts messages.
cat > relay.py << 'END'
import socketserver, sys

class Session(socketserver.StreamRequestHandler):
    def handle(self):
        say = lambda text: self.wfile.write(text.encode() + b'\r\n')
        say('220 relay.example.test ESMTP')
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b'EHLO': say('250-relay.example.test\r\n250 8BITMIME')
            elif verb == b'DATA':
                say('354 go on')
                for text in self.rfile:
                    if text == b'.\r\n': break
                open(sys.argv[2], 'a').write('message\n')
                say('250 2.0.0 taken')
            elif verb == b'QUIT': say('221 bye'); return
            else: say('250 2.0.0 ok')

class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

Server(('127.0.0.1', int(sys.argv[1])), Session).serve_forever()
END

cat > client.py << 'END'
import base64, re, socket, sys, time

port, counted = int(sys.argv[1]), sys.argv[2]
envelope = b'MAIL FROM:<news@example.test>\r\nRCPT TO:<anna@example.test>\r\nDATA\r\n'
message = b'From: news@example.test\r\nSubject: hello\r\n\r\nHello\r\n.\r\n'

def hear(session):
    heard, quiet = b'', 4.0
    while True:
        session.settimeout(quiet)
        try: octets = session.recv(65536)
        except socket.timeout: break
        if not octets: return heard.decode(), True
        heard, quiet = heard + octets, 1.5
    return heard.decode(), False

def codes(answer):
    heard, closed = answer
    return ' '.join(re.findall(r'^(\d{3}) ', heard, re.M) + (['closed'] if closed else []))

def ask(session, octets):
    session.sendall(octets)
    return hear(session)

def open_session():
    for _ in range(60):
        try: session = socket.create_connection(('127.0.0.1', port)); break
        except OSError: time.sleep(0.5)
    hear(session)
    ehlo = ask(session, b'EHLO client.example.test\r\n')[0]
    ask(session, b'AUTH PLAIN ' + base64.b64encode(b'\0news\0secret') + b'\r\n')
    ask(session, envelope)
    return session, ehlo

session, ehlo = open_session()
offers = re.search(r'^250[- ]PIPELINING\r$', ehlo, re.M) is not None
print('EHLO offers PIPELINING' if offers else 'EHLO does not offer PIPELINING')
alone = codes(ask(session, message))
print('[message] alone:', alone)
with_reset = codes(ask(open_session()[0], message + b'RSET\r\n' + envelope))
print('[message, RSET, MAIL, RCPT, DATA] in one segment:', with_reset)
with_mail = codes(ask(open_session()[0], message + envelope))
print('[message, MAIL, RCPT, DATA] in one segment:', with_mail)
taken = len(open(counted).readlines())
print('messages at the relay:', taken)
seen = (offers, alone, with_reset, with_mail, taken)
sys.exit(0 if seen == (True, '250', '250 250 250 250 354', 'closed', 3) else 1)
END

python3 relay.py "$relay" "$folder/messages" & processes+=($!)
unshare --mount --pid --fork --kill-child sh start.sh > log 2>&1 & processes+=($!)
python3 client.py "$port" "$folder/messages"
