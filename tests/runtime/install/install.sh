#!/usr/bin/env bash
# The installed library can be used by find_package and by pkg-config, in the folder it was installed
# to and after that was moved: install.sh BUILD [FLAGS OF THE COMPILER]
set -euo pipefail

build=$1 flags=${2:-}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CC=${CC:-cc} CFLAGS="-Wall -Wextra -Werror $flags" LDFLAGS="$flags"

# After the installation the folder gets another name, with a blank in it.
cmake --install "$build" --prefix "$work/first" --component runtime >"$work/log"
prefix="$work/moved away"
mv "$work/first" "$prefix"
if grep -rIl "$work\|$build" "$prefix"; then
    echo "these installed files name a folder of the build"
    exit 1
fi

# says PROGRAM: it runs and does its job.
says() {
    [ "$("$1")" = consumed ] || { echo "$1 did not run well"; exit 1; }
}

cmake -S "$here" -B "$work/consumer" -DCMAKE_PREFIX_PATH="$prefix" >"$work/log" 2>&1 &&
    cmake --build "$work/consumer" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
says "$work/consumer/consumer"

PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name aglet.pc)")
export PKG_CONFIG_PATH
# compile NAME PACKAGE: by what pkg-config tells, which quotes blanks for a shell.
compile() {
    local told
    told=$(pkg-config --cflags --libs "$2")
    eval "$CC $CFLAGS -o '$work/by-pc-$1' '$here/$1.c' $told"
    says "$work/by-pc-$1"
}
compile consumer aglet

# Both ways bring a further library, or neither does.
for name in tls cares; do
    if [ -e "$PKG_CONFIG_PATH/aglet-$name.pc" ]; then
        says "$work/consumer/consumer_$name"
        compile "consumer_$name" "aglet-$name"
    elif [ -e "$work/consumer/consumer_$name" ]; then
        echo "CMake found aglet::$name, but pkg-config did not find aglet-$name"
        exit 1
    fi
done
