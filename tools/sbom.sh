#!/bin/sh
# Prints what the program is made of, as SPDX: the lockfile's packages without those of our tools. Nothing is installed.
#
#   tools/sbom.sh > sbom.spdx.json
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp "$root/package.json" "$root/package-lock.json" "$scratch"
cd "$scratch"
# Not npm sbom --omit=dev, which leaves out what tools of ours use as well.
npm pkg delete devDependencies
npm install --package-lock-only --ignore-scripts --no-audit --no-fund >&2
npm sbom --package-lock-only --sbom-format=spdx
