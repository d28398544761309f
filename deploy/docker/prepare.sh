#!/bin/sh
# Sets the owners of the volumes and creates the operator's password: prepare.sh BROKER_UID F2BBROKER_UID
# Existing files are not changed. It runs as root with CHOWN as its only capability, so root remains the owner of the folders that a later
# run must enter.
set -eu
umask 077
broker=$1
f2bbroker=$2
cd /prepare

if ! [ -e operator/api ]; then
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    # These limits restrict what a compromised server can send.
    cat >broker/rabbitmq.conf <<CONF
default_user = operator
default_pass = $password
max_message_size = 65536
frame_max = 8192
CONF
    chmod 640 broker/rabbitmq.conf
    chmod 750 broker operator
    chown "root:$broker" broker broker/rabbitmq.conf
    printf 'http://operator:%s@127.0.0.1:15672\n' "$password" >operator/api.new
    chown "$f2bbroker:root" operator/api.new
    chown "root:$f2bbroker" operator
    # Last, because this file shows that everything above is done.
    mv operator/api.new operator/api
fi

for login in */login; do
    server=${login%/login}
    for folder in "$server/login" "$server/checkpoint"; do
        if [ -d "$folder" ]; then
            chmod 770 "$folder"
            chown "root:$f2bbroker" "$folder"
        fi
    done
    if [ -d "$server/log" ]; then
        chmod 750 "$server/log"
        chown "root:$f2bbroker" "$server/log"
        if ! [ -e "$server/log/fail2ban.log" ]; then
            touch "$server/log/fail2ban.log"
            chmod 640 "$server/log/fail2ban.log"
            chown "root:$f2bbroker" "$server/log/fail2ban.log"
        fi
    fi
    # The jail needs its log before fail2ban starts. With the set-group-id bit, fail2ban's group can also read a new log.
    if [ -d "$server/bans" ] && ! [ -e "$server/bans/bans.log" ]; then
        touch "$server/bans/bans.log"
        chmod 640 "$server/bans/bans.log"
        chmod 2750 "$server/bans"
        chown "$f2bbroker:root" "$server/bans/bans.log" "$server/bans"
    fi
done
