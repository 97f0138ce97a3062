# ledger.py SCRIPT PARQUET: the ledger query as the peers' script states it, over a Parquet file; prints JSON: the CPU
# seconds of the query alone, and its lines (month, gained, won back, lost, opening, closing).
import json
import re
import resource
import sys

import duckdb

with open(sys.argv[1]) as script:
    stated = re.search(r"q\('ledger \(gap rule, 180d\)', f\"\"\"(.*?)\"\"\"", script.read(), re.DOTALL)
if stated is None:
    sys.exit(f"{sys.argv[1]} states no ledger query")
query = stated[1].replace("{G}", "180").replace("{T}", f"read_parquet('{sys.argv[2]}')")


def cpu_s():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


connection = duckdb.connect()
connection.execute("SET threads=2; SET memory_limit='3GB'")
start = cpu_s()
lines = connection.execute(query).fetchall()
spent = cpu_s() - start
months = [[str(month)[:7], *(int(count) for count in counts)] for month, *counts in lines]
print(json.dumps({"cpu_s": spent, "lines": months}))
