# etcd from the system's packages, unpacked but not installed, so root is not needed. Sourced by bring.sh.

unpack_debian_etcd() { # into .tools/built/etcd-debian; on failure says why in $failure
  [ -x "$tools/built/etcd-debian" ] && return 0
  failure='this system has no Debian packages to take etcd-server from'
  command -v apt-get >/dev/null && command -v dpkg >/dev/null || return 1
  progress "taking etcd from this system's package etcd-server"
  local fetched; fetched=$(mktemp -d "$tools/debian.XXXXXX")
  if (cd "$fetched" && { download || { apt-get update && download; }; } && dpkg -x etcd-server_*.deb .) >"$tools/log/etcd-debian.log" 2>&1; then
    mv -f "$fetched/usr/bin/etcd" "$tools/built/etcd-debian"
  fi
  rm -rf "$fetched"
  [ -n "$(version_of "$tools/built/etcd-debian")" ] && return 0
  failure="the system's package etcd-server could not be downloaded or does not run (see .tools/log/etcd-debian.log)"
  return 1
}

download() { apt-get download etcd-server; }
