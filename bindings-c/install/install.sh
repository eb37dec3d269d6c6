#!/bin/sh
# Installs the files that cargo built: install.sh TARGET_FOLDER PREFIX LIBDIR INCLUDEDIR VERSION [DESTDIR]
# With RELOCATABLE=1, the pkg-config file finds the prefix from its own path, so that the installed tree can be moved.
set -eu

target=$1 prefix=$2 libdir=$3 includedir=$4 version=$5 destdir=${6-}
here=$(dirname "$0")
major=${version%%.*} rest=${version#*.}
minor=${rest%%.*}
# The version of the ABI, in the SONAME.
abi=$(sed -n 's/.*-soname,libsfn_alias\.so\.\([0-9]*\).*/\1/p' "$here/../build.rs")
if [ -f "$target/libsfn_alias.dylib" ]; then
    built=libsfn_alias.dylib link=libsfn_alias.$abi.dylib shared=libsfn_alias.$version.dylib soname=@rpath/$link
    strip_shared=-x strip_static=-S
else
    built=libsfn_alias.so link=libsfn_alias.so.$abi shared=libsfn_alias.so.$version soname=$link
    strip_shared=--strip-unneeded strip_static=--strip-debug
fi
lib=$destdir$libdir include=$destdir$includedir doc=$destdir$prefix/share/doc/sfn_alias

relative() { # relative FOLDER PATH -- prints the relative path from a folder; both are absolute
    from=$1 to=$2/ up=
    while [ "${to#"$from"/}" = "$to" ]; do from=${from%/*} up=../$up; done
    path=$up${to#"$from"/}
    echo "${path%/}"
}

fill() { # fills in a template and writes it to a file
    sed -e "s|@PREFIX@|$pc_prefix|g" -e "s|@LIBDIR@|$pc_libdir|g" -e "s|@INCLUDEDIR@|$pc_includedir|g" \
        -e "s|@VERSION@|$version|g" -e "s|@MAJOR@|$major|g" -e "s|@MINOR@|$minor|g" \
        -e "s|@SHARED@|$shared|g" -e "s|@SONAME@|$soname|g" -e "s|@POINTER_SIZE@|$(($(getconf LONG_BIT) / 8))|g" \
        -e "s|@INCLUDE_FROM_CMAKE@|$(relative "$libdir/cmake/sfn_alias" "$includedir")|g" "$here/$1" > "$2"
    chmod 644 "$2"
}

pc_prefix=$prefix pc_libdir=$libdir pc_includedir=$includedir
if [ -n "${RELOCATABLE-}" ]; then
    # shellcheck disable=SC2016 # pkg-config expands the variables
    pc_prefix='${pcfiledir}'/$(relative "$libdir/pkgconfig" "$prefix") \
        pc_libdir='${prefix}'/$(relative "$prefix" "$libdir") pc_includedir='${prefix}'/$(relative "$prefix" "$includedir")
fi
install -d "$include" "$doc" "$lib/pkgconfig" "$lib/cmake/sfn_alias"
install -m 644 "$here/../include/sfn_alias.h" "$include/sfn_alias.h"
install -m 644 "$here/../README.md" "$here/../../LICENSE-APACHE" "$here/../../LICENSE-MIT" "$doc"
install -m 755 "$target/$built" "$lib/$shared"
install -m 644 "$target/libsfn_alias.a" "$lib/libsfn_alias.a"
strip $strip_shared "$lib/$shared"
strip $strip_static "$lib/libsfn_alias.a"
ln -sf "$shared" "$lib/$link"
ln -sf "$link" "$lib/$built"
fill sfn_alias.pc.in "$lib/pkgconfig/sfn_alias.pc"
fill sfn_aliasConfig.cmake.in "$lib/cmake/sfn_alias/sfn_aliasConfig.cmake"
fill sfn_aliasConfigVersion.cmake.in "$lib/cmake/sfn_alias/sfn_aliasConfigVersion.cmake"
