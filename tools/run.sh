#!/bin/sh
# The one way to start anything here; make and npm run both come through it:
#
#   tools/run.sh TASK [ARGUMENT...]     TASK: build dist package sbom demo demo-cluster test test-fast test-faults bench
#                                             lint format tools jest node
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
tools/setup.sh
PATH="$root/tools/node/bin:$root/.tools/bin:$PATH"
export PATH
task=${1:-}
[ $# -eq 0 ] || shift

case $task in
  build) exec node tools/build.ts "$@" ;;
  dist)
    node tools/build.ts
    exec node tools/single-file.ts "$@"
    ;;
  package)
    tools/bring/bring.sh helm
    exec node tools/package-chart.ts "$@"
    ;;
  sbom) exec tools/sbom.sh ;;
  test) exec node tools/run-tests.ts all "$@" ;;
  test-fast) exec node tools/run-tests.ts pure "$@" ;;
  test-faults) exec node tools/run-tests.ts faults "$@" ;;
  lint) exec node tools/lint.ts "$@" ;;
  format) exec node node_modules/prettier/bin/prettier.cjs --write . "$@" ;;
  tools) exec tools/bring/bring.sh "${@:-all}" ;;
  # jest runs ES modules only under this flag; given to node itself, it does not reach the programs that tests start.
  jest) exec node --experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js "$@" ;;
  node) exec node "$@" ;;
  demo)
    node tools/build.ts
    tools/bring/bring.sh etcd
    exec node tools/demo.ts "$@"
    ;;
  demo-cluster)
    node tools/build.ts
    tools/bring/bring.sh etcd kube-apiserver kubectl
    exec node tools/demo-cluster.ts "$@"
    ;;
  bench)
    node tools/build.ts
    exec node bench/run.ts "$@"
    ;;
  *)
    sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
