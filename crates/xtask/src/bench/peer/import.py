# import.py CSV PARQUET: DuckDB's import: the text file read, typed and written as compressed Parquet.
import sys

import duckdb

connection = duckdb.connect()
connection.execute("SET threads=2; SET memory_limit='3GB'")
connection.execute(f"COPY (SELECT * FROM read_csv('{sys.argv[1]}')) TO '{sys.argv[2]}' (FORMAT parquet, COMPRESSION zstd)")
