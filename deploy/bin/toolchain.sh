#!/usr/bin/env bash
# Finds the JDK and the Maven that this repository builds with, then runs a command with them.
#
#   deploy/bin/toolchain.sh mvn -B verify          deploy/bin/toolchain.sh java -version
#   deploy/bin/toolchain.sh any-program …          with JAVA_HOME set and its bin first on the PATH
#
# A JDK 25 is taken from JAVA_HOME, the PATH or one of the common places; Maven also needs Node 18 or newer, with npm, on the
# PATH. Root on Debian gets what is missing installed.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
JAVA_VERSION=25
PACKAGE=openjdk-$JAVA_VERSION-jdk-headless
NODE_VERSION=18

say() {
  echo "toolchain: $*" >&2
}

is_jdk() {
  [[ -x $1/bin/javac && -f $1/release ]] && grep -q "^JAVA_VERSION=\"${JAVA_VERSION}[.\"+-]" "$1/release"
}

# The home of the java on the PATH, behind the symbolic links of distributions.
jdk_on_path() {
  local java
  java=$(command -v java) || return 0
  java=$(readlink -f "$java" 2>/dev/null || echo "$java")
  dirname "$(dirname "$java")"
}

candidates() {
  [[ -z ${JAVA_HOME:-} ]] || echo "$JAVA_HOME"
  jdk_on_path
  local directory
  for directory in /usr/lib/jvm/*"$JAVA_VERSION"* /usr/lib/jvm/* /opt/java/* /opt/*jdk* /usr/local/*jdk* \
    "${HOME:-/}/.sdkman/candidates/java/"* "${HOME:-/}/.jdks/"* "${HOME:-/}/.local/share/mise/installs/java/"* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*; do
    [[ -d $directory ]] && echo "$directory"
  done
  /usr/libexec/java_home -v "$JAVA_VERSION" 2>/dev/null || true
}

find_jdk() {
  local home
  while IFS= read -r home; do
    if is_jdk "$home"; then
      echo "$home"
      return
    fi
  done < <(candidates)
}

require_jdk() {
  JAVA_HOME=$(find_jdk)
  if [[ -z $JAVA_HOME && $(id -u) -eq 0 ]] && command -v apt-get >/dev/null; then
    "$ROOT/deploy/bin/install.sh" "$PACKAGE" || true
    JAVA_HOME=$(find_jdk)
  fi
  if [[ -z $JAVA_HOME ]]; then
    say "there is no JDK $JAVA_VERSION here: install one (Debian: apt-get install $PACKAGE; anywhere: https://adoptium.net)" \
      "or set JAVA_HOME to it"
    exit 1
  fi
  export JAVA_HOME PATH="$JAVA_HOME/bin:$PATH"
}

has_node() {
  local version
  version=$(node --version 2>/dev/null) && version=${version#v} && ((${version%%.*} >= NODE_VERSION)) &&
    command -v npm >/dev/null
}

# The browser's script is built with it.
require_node() {
  has_node && return
  if [[ $(id -u) -eq 0 ]] && command -v apt-get >/dev/null; then
    "$ROOT/deploy/bin/install.sh" nodejs npm || true
  fi
  has_node || {
    say "Node $NODE_VERSION or newer and npm are needed: install them (Debian: apt-get install nodejs npm;" \
      "anywhere: https://nodejs.org)"
    exit 1
  }
}

# Sets $maven: Maven 3.9 or newer from the PATH, else the wrapper, which downloads it. Without unzip, the wrapper gets another
# archive than the one whose checksum it knows.
find_maven() {
  local version
  version=$(mvn --version 2>/dev/null | sed -n 's/.*Apache Maven \([0-9]*\)\.\([0-9]*\).*/\1 \2/p' | head -n 1) || true
  read -r major minor <<<"${version:-0 0}"
  if ((major > 3 || (major == 3 && minor >= 9))); then
    maven=mvn
  else
    command -v unzip >/dev/null || "$ROOT/deploy/bin/install.sh" unzip
    maven=$ROOT/mvnw
  fi
}

require_jdk
if [[ ${1:-} == mvn ]]; then
  shift
  require_node
  # A build ends before an optimizing compiler pays for itself. A JDK this new would warn of what Maven's own libraries do.
  export MAVEN_OPTS="-XX:+UseSerialGC -XX:TieredStopAtLevel=1 --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED ${MAVEN_OPTS:-}"
  find_maven
  exec "$maven" "$@"
fi
exec "$@"
