# Sourced by the other scripts: how they talk. Everything goes to stderr.

say() { printf '%s\n' "$1" >&2; }

# fail WHAT HINT: one sentence on what went wrong, one on what to do about it.
fail() {
  printf 'error: %s\nhint: %s\n' "$1" "$2" >&2
  exit 2
}
