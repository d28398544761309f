# Debian's fail2ban with a jail for ssh and the jails that F2bBroker ships.
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends fail2ban && rm -rf /var/lib/apt/lists/*
COPY deploy/fail2ban/ /etc/fail2ban/
COPY deploy/docker/fail2ban.local deploy/docker/jail.local /etc/fail2ban/
COPY deploy/docker/prepare.sh /usr/lib/f2bbroker/
# fail2ban starts no jail if the log of one is missing.
RUN mkdir -p /run/fail2ban && touch /var/log/auth.log
# -x: fail2ban starts even if a killed one left its socket.
CMD ["fail2ban-server", "-xf", "start"]
