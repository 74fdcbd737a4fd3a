"""dlt's fastest road: its filesystem source through DuckDB and Arrow into its Delta destination. Nothing is checked."""

from __future__ import annotations

import sys
from pathlib import Path

import dlt
from dlt.sources.filesystem import filesystem, read_csv_duckdb


def main(file: str, target: str) -> None:
    """Load the CSV `file` into the Delta table `time_entry` under the folder `target`."""
    source = Path(file)
    files = filesystem(bucket_url=str(source.parent), file_glob=source.name)
    rows = (files | read_csv_duckdb(chunk_size=100_000, use_pyarrow=True)).with_name("time_entry")
    pipeline = dlt.pipeline(
        pipeline_name="bench",
        pipelines_dir=f"{target}/pipelines",
        destination=dlt.destinations.filesystem(bucket_url=f"{target}/lake"),
        dataset_name="bench",
    )
    pipeline.run(rows, table_format="delta", write_disposition="append")


if __name__ == "__main__":
    main(*sys.argv[1:])
