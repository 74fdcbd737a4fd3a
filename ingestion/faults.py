"""What a file does to us that nobody foresaw: still one sentence, and still a batch that is closed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from polars.exceptions import PanicException

from lake import stop
from lake.errors import BatchRefused, LakeError, TieoutError, brief


@contextlib.contextmanager
def told(file: str) -> Iterator[None]:
    """Turn whatever reading or checking `file` raises into a refusal, and a failing disk into a LakeError.

    A refusal closes the batch: the file is to blame. A LakeError leaves it to be finished by the next run.
    """
    try:
        yield
    except TieoutError:
        raise
    except MemoryError as error:
        raise BatchRefused(f"file {file} does not fit into memory: send it in smaller files") from error
    except OSError as error:
        raise LakeError(f"file {file} could not be read through: {error.strerror or brief(error)}") from error
    except (Exception, PanicException) as error:
        stop.heed()  # a library that was stopped half-way says so in its own words; the file is not to blame
        raise BatchRefused(
            f"file {file} cannot be ingested ({type(error).__name__}: {brief(error)}): nothing is landed; "
            "check the file, or report it with this sentence"
        ) from error
