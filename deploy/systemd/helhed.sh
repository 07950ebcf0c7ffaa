#!/bin/sh
# /usr/local/sbin/helhed: a command of Helhed for an operator (root), as the user and with the settings and secrets of
# the units; the log names who typed it. docs/installation.md says more.
# A file that an argument names (field=@FILE) must be readable for that user; a secret without a file is asked for.
set -eu
who="${SUDO_USER:-$(logname 2>/dev/null || id -un)}"
run() {
  user=$1
  shift
  exec systemd-run --quiet --collect --wait --pipe --pty --service-type=exec --uid="$user" --working-directory=/ \
    --setenv=LOGNAME="$who" --property=UMask=0077 --property=EnvironmentFile=/etc/helhed/helhed.env "$@"
}
case "${1:-}" in
  # As in helhed-backup.service: PostgreSQL's own user, whose archive_command reads the same folder.
  backup | restore)
    run postgres --setenv=HELHED_SECRETS_DIR=/etc/helhed/backup --setenv=HELHED_BACKUP_DIR=/srv/helhed-backup \
      --setenv=HELHED_BACKUP_BINARIES=/usr/lib/postgresql/17/bin /opt/helhed/bin/helhed "$@" ;;
  # As in helhed-worker@.service: systemd hands the secrets over, in a folder that is there for this command alone.
  *)
    # shellcheck disable=SC2016  the inner shell knows the folder
    run helhed --setenv=HELHED_DATA_DIR=/var/lib/helhed --property=LoadCredential=helhed:/etc/helhed/secrets \
      --property=LoadCredential=audit_key:/etc/helhed/audit/key.pem \
      sh -c 'HELHED_SECRETS_DIR="$CREDENTIALS_DIRECTORY" HELHED_AUDIT_KEY_FILE="$CREDENTIALS_DIRECTORY/audit_key" \
             exec /opt/helhed/bin/helhed "$@"' helhed "$@" ;;
esac
