# Debian's fail2ban with a jail for ssh and the jail that F2bBroker ships.
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends fail2ban && rm -rf /var/lib/apt/lists/*
COPY deploy/fail2ban/filter.d/f2bbroker.conf /etc/fail2ban/filter.d/
COPY deploy/fail2ban/jail.d/f2bbroker.conf /etc/fail2ban/jail.d/
COPY deploy/docker/fail2ban.local deploy/docker/jail.local /etc/fail2ban/
COPY deploy/docker/prepare.sh /usr/lib/f2bbroker/
# If the log of one jail does not exist, fail2ban starts none of its jails.
RUN mkdir -p /run/fail2ban && touch /var/log/auth.log
# -x: fail2ban also starts if a killed fail2ban left its socket behind.
CMD ["fail2ban-server", "-xf", "start"]
