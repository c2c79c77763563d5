#!/usr/bin/env bash
# The gdb script shows the tasks and the backtrace of a parked one: gdb.sh PROGRAM SCRIPT
set -euo pipefail

program=$1 script=$2
command -v gdb >/dev/null || { echo "gdb is not installed, skipped"; exit 77; }
shown=$(gdb -q -nx --batch -iex "set debuginfod enabled off" -ex run -ex "source $script" \
    -ex "aglet tasks" -ex "aglet bt second" -ex "aglet bt 77" -ex "bt 1" "$program" 2>&1 || true)
case $shown in
*"Operation not permitted"*) echo "gdb may not trace here, skipped"; exit 77 ;;
*"Python scripting is not supported"*) echo "gdb has no Python, skipped"; exit 77 ;;
esac

# expect PATTERN: a line of what gdb printed has to match it.
expect() {
    grep -qE -- "$1" <<<"$shown" || { echo "no line matches: $1"; echo "$shown"; exit 1; }
}
expect '^1 main: waits for: a task.s end; created (at|in) '
expect '^  2 second: waits for: lock; created (at|in) .*gdb_program\.c'
expect '^  #0 .* at .*sched\.c:'
expect '^  #[0-9]+ +aglet_lock_acquire at '
expect '^  #[0-9]+ +waits_inside at .*gdb_program\.c:1[0-9]$'
expect '^  #[0-9]+ +wants_the_lock at .*gdb_program\.c:2[0-9]$'
expect '^aglet bt: there is no task 77; "aglet tasks" lists them$'
# Afterwards gdb sees its own frames again.
expect '^#0 .*(kill|raise|abort)'
if grep -q agl_context_begin <<<"$shown"; then
    echo "the backtrace shows how a task begins"
    exit 1
fi
