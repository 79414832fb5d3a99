#!/bin/sh
# supervise.sh LAUNCHER ARGUMENT...
# Runs a node, and runs it again when it was rebooted from within: a
# systemd-nspawn that keeps its caller's control group ends with 133 then.
while :; do
  status=0
  sh "$@" || status=$?
  [ "$status" -eq 133 ] || exit "$status"
done
