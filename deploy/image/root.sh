#!/usr/bin/env bash
# Makes the image's file system from what was built: a Java runtime of the modules that the service uses, the shared
# libraries that it needs, the service, and nothing else. No shell, no package manager, no migration tool.
#
#   deploy/image/root.sh DIRECTORY        it is replaced; deploy/image/train.sh then adds the AOT cache
#
# The Dockerfile and make image-root run this same script. It needs what make build leaves.
set -euo pipefail

# Found by starting the service and its tests on it. java.management: the JVM's metrics. java.naming: the PostgreSQL
# driver and Vert.x look names up. java.security.jgss: the driver's log-in by Kerberos is loaded with it.
# java.rmi and java.transaction.xa: interfaces of the transaction API that the connection pool and the framework load. jdk.unsupported: Netty and the framework use sun.misc.Unsafe.
# jdk.zipfs: the framework reads its own jars as file systems.
# TLS to the database needs no module of its own: elliptic curves are in java.base since 22.
MODULES=java.base,java.logging,java.management,java.naming,java.rmi,java.security.jgss,java.sql,java.transaction.xa,java.xml
MODULES+=,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs

# The time of every file, in whole seconds, as an image's layers keep it: the JVM may recognize the jars of its AOT cache by their times.
TIME=2000-01-01T00:00:00Z

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
SERVICE=$ROOT/api/target/quarkus-app

if [[ -z ${ALTCONTEXT_TOOLCHAIN:-} ]]; then
  export ALTCONTEXT_TOOLCHAIN=found
  exec "$ROOT/deploy/bin/toolchain.sh" "$ROOT/deploy/image/root.sh" "$@"
fi

die() {
  echo "image root: $*" >&2
  exit 1
}

make_runtime() {
  mkdir -p "$out/opt"
  "$JAVA_HOME/bin/jlink" --add-modules "$MODULES" --strip-java-debug-attributes --no-header-files --no-man-pages \
    --compress zip-0 --output "$out/opt/java"
  # Programs beside java, and archives of classes, which the AOT cache replaces. The training starts a process of its
  # own, by jspawnhelper, and then takes that away too.
  find "$out/opt/java" -type f -perm -u+x ! -name java ! -name jspawnhelper ! -name '*.so' -delete
  rm -rf "$out/opt/java/legal" "$out/opt/java/lib/server/"classes*.jsa
}

copy_service() {
  cp -a "$SERVICE" "$out/opt/altcontext"
  rm -f "$out/opt/altcontext/quarkus-app-dependencies.txt"
  cp "$ROOT/deploy/jvm.options" "$out/opt/altcontext/jvm.options"
}

# The loader and the libraries of this machine's C library that the runtime is linked to, at the paths where it looks.
copy_libraries() {
  local library
  while IFS= read -r library; do
    mkdir -p "$out$(dirname "$library")"
    cp -L "$library" "$out$library"
  done < <(find "$out/opt/java" -type f \( -name '*.so' -o -name java \) -exec ldd {} + 2>/dev/null |
    grep -o '/[^ ]*' | grep -v -e "^$out" -e ':$' | sort -u)
  compgen -G "$out/lib*/ld-linux*" >/dev/null || die "ldd named no loader"
}

# The characters of the locale: without one, Java reads only ASCII in variables.
copy_locale() {
  local letters=/usr/lib/locale/C.utf8/LC_CTYPE
  [[ -r $letters ]] || die "there is no locale C.UTF-8 here (Debian: libc-bin)"
  mkdir -p "$out$(dirname "$letters")"
  cp "$letters" "$out$letters"
}

# Names for the numbers, name look-up by file and DNS, and the places where a container's own mounts go.
write_etc() {
  mkdir -p "$out/etc" "$out/proc" "$out/sys" "$out/dev"
  mkdir -m 1777 "$out/tmp"
  echo 'altcontext:x:65532:65532::/opt/altcontext:/none' >"$out/etc/passwd"
  echo 'altcontext:x:65532:' >"$out/etc/group"
  echo 'hosts: files dns' >"$out/etc/nsswitch.conf"
}

[[ $# -eq 1 ]] || die "usage: deploy/image/root.sh DIRECTORY"
[[ -f $SERVICE/quarkus-run.jar ]] || die "the service is not built: make build"
mkdir -p "$(dirname "$1")"
out=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
rm -rf "$out"
make_runtime
copy_service
copy_libraries
copy_locale
write_etc
chmod -R a+rX "$out"
find "$out" -exec touch -h -d "$TIME" {} +
echo "image root: $out, $(du -sm "$out" | cut -f1) MB without the AOT cache"
