#!/usr/bin/env bash
# Saves the database every night and keeps seven copies.
set -euo pipefail

readonly FOLDER="${BACKUP_FOLDER:-/var/backups}"
KEEP=7
name='orders db'

usage() {
    cat <<EOF
Usage: $0 [-k COUNT] FOLDER
  -k COUNT   how many copies to keep (now $KEEP)
EOF
    exit 2
}

log() {
    echo "$(date +%H:%M:%S) $*" >&2
}

while getopts "k:h" option; do
    case "$option" in
        k) KEEP="$OPTARG" ;;
        *) usage ;;
    esac
done
shift $((OPTIND - 1))

if [[ ! -d "$FOLDER" ]]; then
    mkdir -p "$FOLDER" || { log "cannot make $FOLDER"; exit 1; }
fi

for database in $(psql -At -c 'SELECT datname FROM pg_database'); do
    file="$FOLDER/${database}-$(date +%F).sql.gz"
    if pg_dump "$database" | gzip -9 > "$file"; then
        log "saved $file ($(du -h "$file" | cut -f1))"
    else
        log "failed: $database"  # goes on with the next one
        continue
    fi
done

# remove the old ones
count=0
ls -1t "$FOLDER"/*.sql.gz | while read -r old; do
    count=$((count + 1))
    if [ "$count" -gt "$KEEP" ]; then
        rm -- "$old"
    fi
done

export PATH="$HOME/bin:$PATH"
printf '%s\n' "done with \"$name\"" | tee -a log.txt
unset name
