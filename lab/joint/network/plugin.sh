#!/bin/sh
# The CNI plugin of a node. As OVN-Kubernetes' own it decides nothing: it hands over what it was asked, and passes on
# the answer, whose first line is the exit code.
set -eu
if [ "$CNI_COMMAND" = VERSION ]; then
  echo '{"cniVersion":"0.4.0","supportedVersions":["0.3.1","0.4.0"]}'
  exit
fi
cat >/dev/null
read -r socket <"$0.socket"
printf '%s\n' "$CNI_COMMAND" "$CNI_CONTAINERID" "${CNI_NETNS-}" "$CNI_IFNAME" "${CNI_ARGS-}" |
  socat -t 120 - "UNIX-CONNECT:$socket" |
  {
    read -r code || code=1
    cat
    exit "$code"
  }
