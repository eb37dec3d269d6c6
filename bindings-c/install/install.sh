#!/bin/sh
# Installs the files that cargo built: install.sh TARGET_FOLDER PREFIX LIBDIR INCLUDEDIR VERSION [DESTDIR]
set -eu

target=$1 prefix=$2 libdir=$3 includedir=$4 version=$5 destdir=${6-}
here=$(dirname "$0")
major=${version%%.*} rest=${version#*.}
minor=${rest%%.*}
soname=libsfn_alias.so.0 # see build.rs
shared=libsfn_alias.so.$version
lib=$destdir$libdir include=$destdir$includedir doc=$destdir$prefix/share/doc/sfn_alias

fill() { # fills in a template and writes it to a file
    sed -e "s|@PREFIX@|$prefix|g" -e "s|@LIBDIR@|$libdir|g" -e "s|@INCLUDEDIR@|$includedir|g" \
        -e "s|@VERSION@|$version|g" -e "s|@MAJOR@|$major|g" -e "s|@MINOR@|$minor|g" \
        -e "s|@SHARED@|$shared|g" -e "s|@SONAME@|$soname|g" -e "s|@POINTER_SIZE@|$(($(getconf LONG_BIT) / 8))|g" \
        -e "s|@INCLUDE_FROM_CMAKE@|$from_cmake|g" "$here/$1" > "$2"
    chmod 644 "$2"
}

from_cmake=$(realpath -m --relative-to="$libdir/cmake/sfn_alias" "$includedir")
install -d "$include" "$doc" "$lib/pkgconfig" "$lib/cmake/sfn_alias"
install -m 644 "$here/../include/sfn_alias.h" "$include/sfn_alias.h"
install -m 644 "$here/../README.md" "$here/../../LICENSE-APACHE" "$here/../../LICENSE-MIT" "$doc"
install -m 755 "$target/libsfn_alias.so" "$lib/$shared"
install -m 644 "$target/libsfn_alias.a" "$lib/libsfn_alias.a"
strip --strip-unneeded "$lib/$shared"
strip --strip-debug "$lib/libsfn_alias.a"
ln -sf "$shared" "$lib/$soname"
ln -sf "$soname" "$lib/libsfn_alias.so"
fill sfn_alias.pc.in "$lib/pkgconfig/sfn_alias.pc"
fill sfn_aliasConfig.cmake.in "$lib/cmake/sfn_alias/sfn_aliasConfig.cmake"
fill sfn_aliasConfigVersion.cmake.in "$lib/cmake/sfn_alias/sfn_aliasConfigVersion.cmake"
