#!/bin/sh
# Run as root by sudo, with one word that sudo has checked.
exec /usr/bin/node /usr/lib/mailyard/current/mailyard-agent.cjs verb "$1"
