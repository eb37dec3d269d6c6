#!/bin/sh
# Builds the C tests against an installed library and runs them: run.sh PREFIX WORK_FOLDER PROBE_FOLDER
# Runs them directly, under valgrind (on macOS and without valgrind, this is skipped), and with AddressSanitizer and UndefinedBehaviorSanitizer.
set -eu

prefix=$1 work=$2 probe=$3
here=$(cd "$(dirname "$0")" && pwd)
vectors=$here/../../vectors/operations
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
warnings="-std=c99 -Wall -Wextra -Wpedantic -Werror"
library=$(pkg-config --cflags --libs sfn_alias)
CC=${CC:-cc}
# Apple's compiler has no LeakSanitizer.
if [ "$(uname)" = Darwin ]; then shared=libsfn_alias.dylib detect_leaks=0; else shared=libsfn_alias.so detect_leaks=1; fi

build() { # build NAME FLAG... -- builds one test
    name=$1 && shift
    sources=$here/c/$name.c
    [ "$name" != vectors ] || sources="$sources $here/c/functions.c $here/c/matching.c $here/c/json.c"
    [ "$name" != deployments ] || sources="$sources $here/c/json.c"
    # shellcheck disable=SC2086 # word splitting is intended
    $CC $warnings -g -O1 "$@" $sources $library -lpthread -Wl,-rpath,"$prefix/lib" -o "$work/$name"
}

run_all() { # run_all COMMAND... -- runs the tests with a command prefix
    fresh=$work/files
    for name in results nulls services executions deployments threads; do
        echo "-- $name"
        "$@" "$work/$name"
    done
    echo "-- threads on a file"
    rm -rf "$fresh" && mkdir -p "$fresh"
    "$@" "$work/threads" "$fresh/threads.db"
    echo "-- callbacks"
    rm -rf "$fresh" && mkdir -p "$fresh"
    "$@" "$work/callbacks" "$fresh/callbacks.db"
    echo "-- values"
    rm -rf "$fresh" && mkdir -p "$fresh"
    "$@" "$work/values" "$fresh"
    echo "-- vectors"
    "$@" "$work/vectors" "$vectors/fixtures.json" "$vectors"/*.json
}

build_all() {
    for name in results nulls values services executions callbacks deployments threads vectors; do
        build "$name" "$@"
    done
}

mkdir -p "$work"
echo "== C tests"
build_all
run_all env
echo "-- vectors on files"
rm -rf "$work/files" && mkdir -p "$work/files"
"$work/vectors" --folder "$work/files" "$vectors/fixtures.json" "$vectors"/*.json
rm -rf "$work/files"

if [ "$(uname)" = Darwin ]; then
    echo "skipped: valgrind does not support macOS"
elif [ "${CI-}" = true ] || command -v valgrind > /dev/null; then
    echo "== C tests under valgrind"
    run_all valgrind --quiet --leak-check=full --show-leak-kinds=all --errors-for-leak-kinds=all --error-exitcode=9
else
    echo "skipped: the C tests under valgrind need the package valgrind"
fi

echo "== C tests with sanitizers"
build_all -fsanitize=address,undefined -fno-sanitize-recover=all
run_all env ASAN_OPTIONS=detect_leaks=$detect_leaks

echo "== no panic unwinds into C"
# shellcheck disable=SC2086
$CC $warnings -g -I"$prefix/include" "$here/c/panic.c" -L"$probe" -lsfn_alias -Wl,-rpath,"$work" -o "$work/panic"
# The program is linked with the SONAME.
ln -sf "$probe/$shared" "$work/$(basename "$(readlink "$prefix/lib/$shared")")"
"$work/panic" 2> "$work/panic.txt" || { cat "$work/panic.txt" >&2; exit 1; }
