#!/bin/sh
# The only thing that an operator's SSH key starts on this node (ForceCommand).
# It knows two words and hands over; what was sent is compared, never evaluated.
set -f
unset ENV BASH_ENV
PATH=/usr/bin:/bin
case "${SSH_ORIGINAL_COMMAND-}" in
  telemetry)
    exec socat -t 0.2 STDIO UNIX-CONNECT:/run/mailyard/agent.sock
    ;;
  'verb '*)
    name=${SSH_ORIGINAL_COMMAND#verb }
    case "$name" in
      '' | *[!a-z0-9-]*) ;;
      *) exec sudo -n -- /usr/lib/mailyard/verb "$name" ;;
    esac
    ;;
esac
echo 'This account only knows: telemetry, verb NAME.' >&2
exit 126
