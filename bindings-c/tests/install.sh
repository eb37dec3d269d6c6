#!/bin/sh
# Builds a program with the installed library in every way, in C and in C++, and runs it:
# install.sh PREFIX WORK_FOLDER
set -eu

prefix=$1 work=$2
here=$(cd "$(dirname "$0")" && pwd)
start=$here/../../examples/c/start.c
expected=$here/../../examples/expected.txt
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
warnings="-Wall -Wextra -Wpedantic -Werror"
CC=${CC:-cc} CXX=${CXX:-c++}
system=$(uname)
# macOS has no static programs.
if [ "$system" = Darwin ]; then library_path=DYLD_LIBRARY_PATH; else library_path=LD_LIBRARY_PATH; fi

list_libraries() { # list_libraries PROGRAM -- prints the libraries that a program loads
    if [ "$system" = Darwin ]; then otool -L "$1"; else readelf -d "$1" | grep NEEDED || true; fi
}

check_output() { # check_output NAME COMMAND... -- checks that the program prints $expected
    name=$1 && shift
    "$@" > "$work/printed.txt"
    cmp "$work/printed.txt" "$expected"
    echo "-- $name: as expected"
}

rm -rf "$work" && mkdir -p "$work"
cp "$start" "$work/start.cpp"

# shellcheck disable=SC2046,SC2086 # word splitting is intended
pkg_config_shared() {
    $CC -std=c99 $warnings "$start" $(pkg-config --cflags --libs sfn_alias) -o "$work/c-shared"
    $CXX -std=c++17 $warnings "$work/start.cpp" $(pkg-config --cflags --libs sfn_alias) -o "$work/cpp-shared"
    list_libraries "$work/c-shared" | grep -qE 'libsfn_alias\.(so\.[0-9]+|[0-9]+\.dylib)'
    check_output "pkg-config, shared, C" env "$library_path=$prefix/lib" "$work/c-shared"
    check_output "pkg-config, shared, C++" env "$library_path=$prefix/lib" "$work/cpp-shared"
}

# shellcheck disable=SC2046,SC2086
pkg_config_static() {
    libraries=$(pkg-config --static --cflags --libs sfn_alias)
    # The linker warns that parts of libc load other libraries. The program does not use them.
    $CC -static -std=c99 $warnings "$start" $libraries -o "$work/c-static" 2> "$work/linker.txt" || { cat "$work/linker.txt" >&2; exit 1; }
    $CXX -static -std=c++17 $warnings "$work/start.cpp" $libraries -o "$work/cpp-static" 2> "$work/linker.txt" || { cat "$work/linker.txt" >&2; exit 1; }
    [ -z "$(list_libraries "$work/c-static")" ]
    check_output "pkg-config, static, C" "$work/c-static"
    check_output "pkg-config, static, C++" "$work/cpp-static"
}

# A function of the program is called by the library, also from C++.
# shellcheck disable=SC2046,SC2086
callback_program() {
    cp "$here/../../examples/c/callback.c" "$work/callback.cpp"
    expected=$here/../../examples/c/callback.txt
    $CC -std=c99 $warnings -x c "$work/callback.cpp" -x none $(pkg-config --cflags --libs sfn_alias) -o "$work/c-callback"
    $CXX -std=c++17 $warnings "$work/callback.cpp" $(pkg-config --cflags --libs sfn_alias) -o "$work/cpp-callback"
    check_output "callback, C" env "$library_path=$prefix/lib" "$work/c-callback"
    check_output "callback, C++" env "$library_path=$prefix/lib" "$work/cpp-callback"
    expected=$here/../../examples/expected.txt
}

cmake_project() {
    mkdir -p "$work/cmake"
    cp "$start" "$work/start.cpp" "$work/cmake"
    cat > "$work/cmake/CMakeLists.txt" << 'CMAKE'
cmake_minimum_required(VERSION 3.16)
project(start C CXX)
set(CMAKE_C_STANDARD 99)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_COMPILE_WARNING_AS_ERROR ON)
find_package(sfn_alias CONFIG REQUIRED)
foreach(language c cpp)
  add_executable(${language}-shared start.${language})
  target_link_libraries(${language}-shared PRIVATE sfn_alias::sfn_alias)
  add_executable(${language}-static start.${language})
  target_link_libraries(${language}-static PRIVATE sfn_alias::static)
endforeach()
CMAKE
    cmake -S "$work/cmake" -B "$work/cmake/build" -DCMAKE_PREFIX_PATH="$1" > "$work/cmake.txt" \
        && cmake --build "$work/cmake/build" >> "$work/cmake.txt" || { cat "$work/cmake.txt" >&2; exit 1; }
    for language in c cpp; do
        check_output "CMake, shared, $language" "$work/cmake/build/$language-shared"
        check_output "CMake, static, $language" "$work/cmake/build/$language-static"
        [ -z "$(list_libraries "$work/cmake/build/$language-static" | grep libsfn_alias)" ]
    done
}

echo "== programs with the installed library"
pkg_config_shared
[ "$system" = Darwin ] || pkg_config_static
callback_program
if [ "${CI-}" != true ] && ! command -v cmake > /dev/null; then
    echo "skipped: programs that CMake builds need the package cmake"
    exit
fi
cmake_project "$prefix"
echo "== programs with the moved library"
cp -r "$prefix" "$work/moved"
rm -rf "$work/cmake"
cmake_project "$work/moved"
