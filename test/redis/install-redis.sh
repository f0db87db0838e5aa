#!/usr/bin/env bash
# Installs Debian's redis-server for the tests, unless some redis-server is on PATH. The tests start servers of their
# own, so the service of the package is neither started nor enabled. Needs root and Debian's mirror.
set -euo pipefail

command -v redis-server >/dev/null && command -v redis-cli >/dev/null && exit

if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
  cat >&2 <<MESSAGE
The tests of the redis store need redis-server and redis-cli, 7.0 or later, on PATH, and can install them only as root
on Debian. Install them: "sudo apt-get install redis-server", "brew install redis", or what your system has.
MESSAGE
  exit 1
fi

readonly policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
  # What Debian asks before it starts the service of a package that it has just installed: 101 means no.
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi

echo 'install-redis: installing redis-server' >&2
export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=300 update -qq >&2
apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install -y -qq --no-install-recommends redis-server >&2
if [[ -d /run/systemd/system ]]; then systemctl --quiet disable redis-server >&2; fi
