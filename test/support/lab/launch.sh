#!/bin/sh
# launch.sh PROCS-FILE... -- COMMAND...
# Enters each cgroup, then becomes the command: a node must be in its own
# groups before systemd-nspawn looks which ones it is in.
set -e
while [ "$1" != -- ]; do
  echo $$ >"$1"
  shift
done
shift
exec "$@"
