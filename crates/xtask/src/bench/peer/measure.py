# measure.py OUT PROGRAM ARG…: runs a program, its standard output to OUT; prints what its process cost as JSON.
import json
import os
import sys
import time

out, program = sys.argv[1], sys.argv[2:]
actions = [(os.POSIX_SPAWN_OPEN, 1, out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)]
start = time.perf_counter()
child = os.posix_spawnp(program[0], program, os.environ, file_actions=actions)
_, status, usage = os.wait4(child, 0)
wall_s = time.perf_counter() - start
# Linux counts the peak in KiB, macOS in bytes.
unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
print(json.dumps({"cpu_s": usage.ru_utime + usage.ru_stime, "wall_s": wall_s, "peak_mb": usage.ru_maxrss / unit}))
sys.exit(os.waitstatus_to_exitcode(status))
