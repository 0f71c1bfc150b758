# Programs from the system's packages, unpacked but not installed, so root is not needed. Sourced by bring.sh.

unpack_debian_etcd() { # into .tools/built/etcd-debian; on failure says why in $failure
  unpack_from_package etcd-server etcd etcd-debian
}

unpack_debian_promtool() { # into .tools/built/promtool-debian; on failure says why in $failure
  unpack_from_package prometheus promtool promtool-debian
}

unpack_from_package() { # PACKAGE PROGRAM BUILT
  local package=$1 program=$2 target=$tools/built/$3 log=$tools/log/$3.log
  [ -x "$target" ] && return 0
  failure="this system has no Debian packages to take $package from"
  command -v apt-get >/dev/null && command -v dpkg >/dev/null || return 1
  progress "taking $program from this system's package $package"
  local fetched; fetched=$(mktemp -d "$tools/debian.XXXXXX")
  if (cd "$fetched" && { apt-get download "$package" || { apt-get update && apt-get download "$package"; }; } && dpkg -x "$package"_*.deb .) >"$log" 2>&1; then
    mv -f "$fetched/usr/bin/$program" "$target"
  fi
  rm -rf "$fetched"
  "$target" --version >>"$log" 2>&1 && return 0
  failure="the system's package $package could not be downloaded or does not run (see .tools/log/$3.log)"
  return 1
}
