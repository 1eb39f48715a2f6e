#!/bin/sh
# Start Valkey with one user, whose password comes from VALKEY_PASSWORD and is kept as a hash.
#
# It may touch the queue (bull:) and the gate ({leadflow:), and read the server's settings. It may
# not change them, flush, shut down, or look at other clients: those are @admin and @dangerous.
set -eu
: "${VALKEY_PASSWORD:?is not set}"
umask 077
users=/run/valkey/users.acl
hash=$(printf %s "$VALKEY_PASSWORD" | sha256sum | cut -d ' ' -f 1)
cat > "$users" <<END
user default off resetkeys resetchannels -@all
user leadflow on #$hash resetchannels ~bull:* ~{leadflow:* +@all -@admin -@dangerous +info +config|get
END
unset VALKEY_PASSWORD
exec valkey-server /etc/valkey/valkey.conf --aclfile "$users"
