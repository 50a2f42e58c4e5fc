#!/usr/bin/env bash
# deploy/setup.sh SET…: installs the packages of these sets of deploy/packages.txt that are missing, and a Node where
# there is none. Says nothing and takes no time when all is there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -- "$@"; fi
}

packages_of() {
  local wanted=" $* " set="" line
  while IFS= read -r line; do
    line="${line%%#*}"
    line="${line//[[:space:]]/}"
    case "$line" in
      "") ;;
      "["*"]") set="${line:1:-1}" ;;
      *) if [[ "$wanted" == *" $set "* ]]; then echo "$line"; fi ;;
    esac
  done <deploy/packages.txt
}

# Any Node from 18 on with npm will do, wherever it comes from.
has_node() {
  command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)' 2>/dev/null
}

mapfile -t wanted < <(packages_of "$@")
installed="$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null || true)"
missing=()
for package in "${wanted[@]}"; do
  grep -qxF "$package installed" <<<"$installed" || missing+=("$package")
done
has_node || missing+=(nodejs npm)

if [ ${#missing[@]} -gt 0 ]; then
  echo "Installing: ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  has_node || { echo "Node 18 or newer with npm is needed; found: $(node --version 2>/dev/null || echo none)" >&2; exit 1; }
fi
