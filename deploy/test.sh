#!/usr/bin/env bash
# Builds and tests everything; the last lines say what passed, failed or was skipped.
#   --all  also ThreadSanitizer, clang 19 with clang-tidy and layout, the contract on the sanitized server, long kill rounds, a soak of ten minutes and one of each
#          sanitized server
# shellcheck disable=SC2317  # Functions are called by way of `step`.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

all=0
[ "${1:-}" = --all ] && all=1
logs=build/test-logs
rm -rf "$logs"
mkdir -p "$logs"
summary=()
passed=0
failed=0
# A test that was left out, as node marks it, as our own reasons begin, and as CTest and GoogleTest list it.
left_out='# SKIP .*|skipped: .*|[0-9]+ - .* \(Skipped\)|\[  SKIPPED \] [A-Za-z][^ ,]*'

# step NAME COMMAND…: runs it into a log of its own; a failure is noted, shown, and does not stop the rest.
step() {
  local name="$1" log="$logs/${1//[^A-Za-z0-9]/_}.log" begin=$SECONDS outcome=passed
  shift
  printf '%-28s ' "$name"
  if "$@" >"$log" 2>&1; then
    passed=$((passed + 1))
  else
    outcome=FAILED
    failed=$((failed + 1))
  fi
  summary+=("$(printf '%-28s %-7s %4d s' "$name" "$outcome" $((SECONDS - begin)))")
  printf '%-7s %4d s\n' "$outcome" $((SECONDS - begin))
  [ "$outcome" = passed ] || tail -n 60 "$log" | sed 's/^/    /'
  # What a test left out is said, never passed over.
  { grep -hoE "$left_out" "$log" || true; } | sort -u | while IFS= read -r line; do
    echo "    ${line#\# SKIP }"
  done
  grep -hoE "$left_out" "$log" >>"$logs/skipped.txt" || true
}

# build PRESET [TARGET…]: all of it, or these targets.
build() {
  local preset="$1"
  shift
  cmake --preset "$preset" && cmake --build --preset "$preset" ${1:+--target "$@"}
}
unit_tests() {
  local outcome=0
  ctest --preset "$1" -j "$(nproc)" || outcome=$?
  # What several tests of one process left out.
  { grep -ohE '^\[  SKIPPED \] [A-Za-z][^ ,]*' "build/$1/Testing/Temporary/LastTest.log" || true; } | sort -u
  [ "$outcome" = 0 ] || failed_cases "build/$1/Testing/Temporary/LastTest.log"
  return "$outcome"
}
# failed_cases LOG: what the cases wrote that failed or did not end, out of CTest's log.
failed_cases() {
  awk '/^\[ RUN  / { held = "" }
    { held = held $0 "\n" }
    /^\[       OK |^\[  SKIPPED / { held = "" }
    /^\[  FAILED  .* ms\)$|^Test Failed/ { printf "%s", held; held = "" }' "$1" | tail -n 50
}
web_checks() (
  deploy/build_web.sh && cd web && npm run lint --silent && npm run test --silent &&
    # The client's types are generated from the description; a stale copy is a failure.
    npx --no-install openapi-typescript ../api/openapi.yaml --output "../$logs/openapi.ts" &&
    cmp "../$logs/openapi.ts" client/openapi.generated.ts
)
test_packages() (
  cd tests && npm ci --no-audit --no-fund --loglevel=error
)
# node_tests FOLDER: the programs there against the server in WEIKE_BIN.
node_tests() {
  node --test tests/"$1"/*.test.mjs
}
tidy() {
  git ls-files '*.hpp' '*.cpp' | xargs clang-format-19 --dry-run -Werror &&
    git ls-files 'model/*.cpp' 'storage/*.cpp' 'media/*.cpp' 'api/*.cpp' 'server/*.cpp' |
    xargs -P "$(nproc)" -n 8 clang-tidy-19 -p build/clang --quiet --warnings-as-errors='*'
}

deploy/setup.sh build run test
[ "$all" = 1 ] && deploy/setup.sh all
export WEIKE_BIN="$PWD/build/release/bin/weike"

step "scripts" shellcheck deploy/*.sh deploy/demo/*.sh .ci/run
step "pages: lint, types, unit" web_checks
# The unit tests run in the sanitized build; here run those that a sanitizer would weaken, and all that speaks to the server.
step "release build" build release weike sandbox_tests allocation_tests
step "sandbox and allocations" ctest --preset release -j "$(nproc)" -L unsanitized --no-tests=error
step "packages of the tests" test_packages
step "contract and bad input" node_tests contract
step "faults" node_tests fault
step "end to end in Chromium" node_tests e2e
step "asan build" build asan
step "asan tests" unit_tests asan

if [ "$all" = 1 ]; then
  step "release build, all" build release all load_client bench_heartbeats bench_feed cold_read
  step "release tests" unit_tests release
  WEIKE_BIN="$PWD/build/asan/bin/weike" step "contract, sanitized" node_tests contract
  step "tsan build" build tsan
  step "tsan tests" unit_tests tsan
  step "clang build" build clang
  step "clang tests" unit_tests clang
  step "layout and clang-tidy" tidy
  WEIKE_ROUNDS=100 step "faults, 100 rounds" node_tests fault
  SOAK_SECONDS=600 step "soak, 10 minutes" node tests/soak/soak.mjs
  SOAK_SANITIZED=1 SOAK_SECONDS=60 WEIKE_BIN="$PWD/build/asan/bin/weike" step "load, AddressSanitizer" node tests/soak/soak.mjs
  SOAK_SANITIZED=1 SOAK_SECONDS=60 WEIKE_BIN="$PWD/build/tsan/bin/weike" TSAN_OPTIONS="suppressions=$PWD/tests/tsan_suppressions.txt" \
    step "load, ThreadSanitizer" node tests/soak/soak.mjs
fi

echo
echo "Summary ($((SECONDS / 60)) min $((SECONDS % 60)) s)"
printf '  %s\n' "${summary[@]}"
if [ -s "$logs/skipped.txt" ]; then
  echo "  left out:"
  sort -u "$logs/skipped.txt" | sed -E 's/^# SKIP /    /; s/^skipped/    skipped/'
fi
[ "$failed" = 0 ] || echo "The logs of what failed are in $logs."
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
