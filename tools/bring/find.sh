# Where a program may already be. Sourced by bring.sh.

# The version an etcd prints, such as 3.6.8.
version_of() { "$1" --version 2>/dev/null | sed -n 's/^etcd Version: //p'; }

# Is NAME in $KUBEBUILDER_ASSETS or on PATH? A plain `etcd` there counts as the etcd-3.x that it says it is.
found() {
  local directory
  while IFS= read -r -d : directory; do
    [ -n "$directory" ] && [ "$directory" != "$bin" ] || continue # ours may be out of date
    [ -x "$directory/$1" ] && [ ! -d "$directory/$1" ] && return 0
    case $1 in
      etcd-3.*) [ -x "$directory/etcd" ] && [[ $(version_of "$directory/etcd") == "${1#etcd-}".* ]] && return 0 ;;
    esac
  done <<<"${KUBEBUILDER_ASSETS:-}:$PATH:"
  return 1
}

# Two runs must not build the same thing at once. Where flock is unknown they may: the results are moved into place whole.
one_at_a_time() {
  command -v flock >/dev/null || return 0
  exec 9>"$tools/lock"
  flock -n 9 && return
  progress 'waiting for another run of bring.sh'
  flock 9
}
