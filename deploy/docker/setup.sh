#!/bin/sh
# Sets the broker up and enrolls the servers: setup.sh SERVER[:ROLE]... A server that has a login keeps it.
# --force, because an earlier run may have ended before it wrote the login.
set -eu
operator() { f2bbroker --api-file /run/operator/api "$@"; }

operator init
for entry; do
    server=${entry%%:*}
    role=${entry#"$server"}
    login=/run/logins/$server/f2bbroker.local
    # shellcheck disable=SC2086 # no role, no option
    [ -e "$login" ] || operator enroll "$server" --force ${role:+--role "${role#:}"} --uri amqp://broker:5672/f2b --out "$login"
done
