# cut.py ROWS FOLDER: writes about ROWS of the ten million transactions to FOLDER as tx.csv and tx.parquet, whole
# customers each (a tenth of ROWS of them); prints the number of rows as JSON.
import json
import os
import sys

import duckdb

rows, folder = int(sys.argv[1]), sys.argv[2]
os.makedirs(folder, exist_ok=True)
connection = duckdb.connect("bench.duckdb", read_only=True)
connection.execute("SET threads=2; SET memory_limit='3GB'")
customers = rows // 10
copies = -(-customers // 1_000_000)
cut = f"SELECT cid + k * 1000000 AS cid, d, cents FROM tx, range({copies}) t(k) WHERE cid + k * 1000000 < {customers}"
if copies == 1:
    cut = f"SELECT cid, d, cents FROM tx WHERE cid < {customers}"
connection.execute(f"COPY ({cut}) TO '{folder}/tx.csv' (FORMAT csv, HEADER)")
connection.execute(f"COPY ({cut}) TO '{folder}/tx.parquet' (FORMAT parquet, COMPRESSION zstd)")
count = connection.execute(f"SELECT count(*) FROM '{folder}/tx.parquet'").fetchone()[0]
print(json.dumps({"rows": count}))
