# transactions.py SCRIPT: runs the peers' generator here once; it makes bench.duckdb. Prints DuckDB's version as JSON.
import json
import os
import runpy
import sys
from contextlib import redirect_stdout

import duckdb

if not os.path.exists("made"):
    for stale in ("bench.duckdb", "bench.duckdb.wal", "tx.parquet"):
        if os.path.exists(stale):
            os.remove(stale)
    with redirect_stdout(sys.stderr):
        runpy.run_path(sys.argv[1])
    open("made", "w").close()
print(json.dumps({"duckdb": duckdb.__version__}))
