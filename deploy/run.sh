#!/usr/bin/env bash
# Builds Weike, starts it on http://localhost:8080 with a few demo lessons, and stays until Ctrl-C.
#   LISTEN  address to listen on   (127.0.0.1)
#   PORT    port to listen on      (8080)
#   DATA    where everything lives (data/ in this folder)
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

listen="${LISTEN:-127.0.0.1}"
port="${PORT:-8080}"
data="${DATA:-data}"
weike=build/release/bin/weike
accounts="$data/demo/accounts.json"
children=()

build() {
  deploy/setup.sh build run
  deploy/build_web.sh
  [ -f build/release/build.ninja ] || cmake --preset release >/dev/null
  # Ninja tells its progress only where someone can see it move.
  if [ -t 1 ]; then
    cmake --build --preset release --target weike
  else
    cmake --build --preset release --target weike -- --quiet
  fi
}

random_password() { head -c 256 /dev/urandom | tr -dc 'a-hjkmnp-z2-9' | head -c 16; }

# make_account NAME ROLE…: makes the account and notes its log-in in the accounts file.
make_account() {
  local name="$1" roles=() role password
  shift
  for role in "$@"; do roles+=(--role "$role"); done
  password="$(random_password)"
  "$weike" admin create-account --data "$data" --account "$name" "${roles[@]}" --password-stdin <<<"$password" >/dev/null
  printf '"%s": {"account": "%s", "password": "%s"}' "$name" "$name" "$password"
}

# Once, before the first start. A data folder that Weike filled without this script keeps its own accounts.
make_accounts() {
  [ -f "$accounts" ] && return
  mkdir -p "$data/demo"
  local parts=()
  parts+=("$(make_account administrator administrator)")
  parts+=("$(make_account publisher publisher)")
  parts+=("$(make_account reviewer reviewer curator)")
  parts+=("$(make_account member member)")
  (
    umask 077
    printf '{\n  %s,\n  %s,\n  %s,\n  %s\n}\n' "${parts[@]}" >"$accounts.part"
  )
  mv "$accounts.part" "$accounts"
}

show_accounts() {
  # shellcheck disable=SC2016  # The dollars are JavaScript's.
  node -e '
    const accounts = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
    for (const [role, { account, password }] of Object.entries(accounts))
      console.log(`  ${role.padEnd(14)} ${account.padEnd(14)} ${password}`);' "$accounts"
}

# Starts the server and waits until it says where it listens.
start_server() {
  mkdir -p "$data/log"
  : >"$data/log/address"
  "$weike" serve --data "$data" --listen "$listen:$port" >"$data/log/address" 2>>"$data/log/server.log" &
  server=$!
  children+=("$server")
  local _
  for _ in $(seq 300); do
    url="$(sed -n 's/^listening //p' "$data/log/address")"
    [ -n "$url" ] && return
    if ! kill -0 "$server" 2>/dev/null; then break; fi
    sleep 0.1
  done
  echo "The server did not start; the end of $data/log/server.log:" >&2
  tail -n 20 "$data/log/server.log" >&2
  exit 1
}

stop() {
  trap - EXIT INT TERM
  local child
  for child in "${children[@]}"; do kill -TERM "$child" 2>/dev/null || true; done
  for child in "${children[@]}"; do wait "$child" 2>/dev/null || true; done
}

build
make_accounts
trap stop EXIT
trap 'echo; echo "Stopping"; exit 0' INT TERM
start_server

shown="${url/127.0.0.1/localhost}"
echo
echo "Weike is running."
echo "  members   $shown/"
echo "  console   $shown/console/"
echo "Log-ins (kept in $accounts):"
show_accounts
echo

# In the background, so that a signal is heard at once.
in_background() {
  "$@" &
  children+=("$!")
  wait "$!"
}
fill() {
  in_background deploy/demo/make_clips.sh "$data/demo/clips" &&
    in_background "$weike" demo --server "$url" --clips "$data/demo/clips" --lessons deploy/demo/lessons.json --accounts "$accounts"
}
fill || echo "The demo lessons are not complete; the server runs on. Start again to go on." >&2

echo "Ctrl-C stops it."
wait "$server" || { echo "The server has stopped; see $data/log/server.log" >&2; exit 1; }
