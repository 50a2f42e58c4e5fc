#!/usr/bin/env bash
# Installs the locked packages and builds the pages into web/dist, each only when what it depends on has changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

digest() { find "$@" -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1; }

is_current() { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; }

lock="$(digest web/package.json web/package-lock.json)"
if ! is_current web/node_modules/.installed "$lock"; then
  echo "Installing the pages' packages"
  (cd web && npm ci --no-audit --no-fund --loglevel=error)
  echo "$lock" >web/node_modules/.installed
fi

mapfile -t sources < <(find web -mindepth 1 -maxdepth 1 ! -name node_modules ! -name dist)
state="$(digest "${sources[@]}" api/openapi.yaml)"
if ! is_current web/dist/.built "$state"; then
  echo "Building the pages"
  (cd web && npm run build:h5 --silent -- --logLevel warn && npm run build:console --silent -- --logLevel warn)
  echo "$state" >web/dist/.built
fi
