# chromium from the system's packages, with the libraries this machine lacks; unpacked but not installed, so root is not
# needed. Sourced by bring.sh.

unpack_debian_chromium() { # into .tools/built/chromium and the directory it starts from; on failure says why in $failure
  local target=$tools/built/chromium-debian
  runs "$tools/built/chromium" && return 0
  failure='this system has no Debian packages to take chromium from'
  command -v apt-get >/dev/null && command -v dpkg >/dev/null || return 1
  progress "taking chromium from this system's packages"
  local fetched; fetched=$(mktemp -d "$tools/chromium.XXXXXX")
  if (cd "$fetched" && { download_chromium || { apt-get update && download_chromium; }; } &&
    for package in *.deb; do dpkg -x "$package" unpacked || exit 1; done) >"$tools/log/chromium.log" 2>&1; then
    rm -rf "$target" && mv -f "$fetched/unpacked" "$target"
    write_launcher "$tools/built/chromium" "$target"
  fi
  rm -rf "$fetched"
  runs "$tools/built/chromium" && return 0
  failure="the system's package chromium could not be downloaded or does not run (see .tools/log/chromium.log)"
  return 1
}

# A simulated installation lists what is missing here.
download_chromium() {
  local packages
  packages=$(apt-get install --simulate --no-install-recommends chromium | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
  [ -n "$packages" ] && apt-get download $packages
}

write_launcher() { # FILE DIRECTORY
  local libraries; libraries=$2/usr/lib/$(uname -m)-linux-gnu
  printf '#!/bin/sh\nLD_LIBRARY_PATH=%s:%s/pulseaudio exec %s "$@"\n' "$libraries" "$libraries" "$2/usr/lib/chromium/chromium" >"$1"
  chmod +x "$1"
}

runs() { "$1" --version >>"$tools/log/chromium.log" 2>&1; }
