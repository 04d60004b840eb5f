#!/bin/bash
# setup.sh <list>…: installs the Debian packages of tools/packages-<list>.txt that are missing.
# Asks dpkg first, so that a call with nothing to do takes no time and needs no rights.
set -euo pipefail
cd "$(dirname "$0")"

installed=$(dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' | sed -n 's/ installed$//p')
missing=()
for list in "$@"; do
  while read -r package command; do
    [[ -z $package || $package == \#* ]] && continue
    grep -qxF "$package" <<<"$installed" && continue
    [[ -n $command ]] && command -v "${command#\?}" >/dev/null && continue
    missing+=("$package")
  done <"packages-$list.txt"
done
[[ ${#missing[@]} -eq 0 ]] && exit 0

root=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null || { echo "setup needs root or sudo to install: ${missing[*]}" >&2; exit 1; }
  root=(sudo)
fi
echo "Installing ${#missing[@]} packages: ${missing[*]}"
apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300)
"${apt[@]}" update
"${apt[@]}" install --no-install-recommends "${missing[@]}"
