#!/usr/bin/env bash
# Courier 1.0.16 (Debian 12) offers PIPELINING, and loses commands that arrive in the same segment as the end of a message: they
# are not carried out and never answered. Later commands of the session are answered as usual, so a client that counts
# replies waits for three that never come.
#
# RFC 2920 §3.1 lets a client write the end of a message and the next MAIL, RCPT and DATA in one group.
#
# Output seen on 2026-11-30:
#   EHLO offers PIPELINING
#   [message] alone: 250
#   [message, MAIL, RCPT, DATA] in one segment: 250
#   [NOOP] afterwards: 250
#
# Needs root (a mount namespace), apt and python3. Ends with 1 when Courier behaves in another way.
set -euo pipefail

courier=1.0.16-3+b6
authlib=0.71.4-1+b2
folder=$(mktemp -d)
chmod 755 "$folder"
server=
trap 'test -z "$server" || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"
mkdir packages
chown _apt packages

(cd packages && apt-get download -qq "courier-mta=$courier" "courier-base=$courier" "courier-authlib=$authlib" \
  "courier-authdaemon=$authlib" "courier-authlib-userdb=$authlib" libcourier-unicode4=2.1.2-2+b2 \
  libltdl7=2.4.7-7~deb12u1 gamin=0.1.10-6 libgamin0=0.1.10-6 libidn12=1.41-1 libpcre3=2:8.39-15 \
  libnet-cidr-perl=0.21-2 gnutls-bin libgnutls-dane0 libunbound8)

port=$((20000 + RANDOM % 10000))
cat > start.sh << 'END'
set -e
mkdir root && mount -t tmpfs tmpfs root && mkdir root/upper root/work root/root && cd root
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
mount --rbind /dev root/dev
mount -t proc proc root/proc
hostname mail.example.test
printf '127.0.0.1 localhost\n127.0.0.1 mail.example.test\n' > root/etc/hosts
printf '#!/bin/sh\nexit 101\n' > root/usr/sbin/policy-rc.d
chmod 755 root/usr/sbin/policy-rc.d
mkdir -p root/etc/courier root/root/packages
# The package would take minutes to make them, and no TLS is spoken here.
touch root/etc/courier/dhparams.pem root/etc/courier/esmtpd.pem
cp ../packages/*.deb root/root/packages/
cp ../run.sh root/root/run.sh
exec chroot root sh /root/run.sh
END
cat > run.sh << END
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
dpkg --force-depends --force-conflicts --no-triggers -i /root/packages/*.deb
cd /etc/courier
sed -i '/^PORT=/d; /^ADDRESS=/d; /^BOFHCHECKDNS=/d' esmtpd
printf 'PORT=$port\nADDRESS=127.0.0.1\nBOFHCHECKDNS=0\n' >> esmtpd
printf 'example.test\nlocalhost\n' > locals
echo mail.example.test > me
printf '127.0.0\tallow,RELAYCLIENT\n' > smtpaccess/default
useradd -m anna
su anna -c 'maildirmake /home/anna/Maildir'
makesmtpaccess
makealiases
mkdir -p /run/courier/authdaemon
chown -R courier:courier /run/courier
authdaemond start
courierfilter start
courier start
esmtpd start
exec sleep 1000
END

cat > client.py << 'END'
import re, socket, sys, time

port = int(sys.argv[1])
envelope = b'MAIL FROM:<news@example.test>\r\nRCPT TO:<anna@example.test>\r\nDATA\r\n'
message = b'From: news@example.test\r\nSubject: hello\r\n\r\nHello\r\n.\r\n'

def ask(session, octets, quiet=10):
    """What the server says until it was silent for some seconds."""
    heard = b''
    session.sendall(octets)
    while True:
        session.settimeout(quiet if heard == b'' else 3)
        try: octets = session.recv(65536)
        except socket.timeout: break
        if not octets: break
        heard += octets
    return heard.decode()

codes = lambda heard: ' '.join(re.findall(r'^(\d{3}) ', heard, re.M))

for _ in range(360):
    try: session = socket.create_connection(('127.0.0.1', port)); break
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

unshare --mount --uts --pid --fork --kill-child sh start.sh > log 2>&1 &
server=$!
python3 client.py "$port"
