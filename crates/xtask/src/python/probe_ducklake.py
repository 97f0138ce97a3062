# Succeeds when DuckDB loads the extensions that read a DuckLake with a SQLite catalog, as PyPI packages bring them.
import glob
import os

import duckdb

site = os.path.dirname(os.path.dirname(duckdb.__file__))
connection = duckdb.connect()
for name in ("sqlite_scanner", "ducklake"):
    (file,) = glob.glob(f"{site}/duckdb_extension_{name}/extensions/v{duckdb.__version__}/*.duckdb_extension")
    connection.execute(f"LOAD '{file}'")
