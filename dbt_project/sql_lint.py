"""sqlfluff, with each macro compiled once for all files.

sqlfluff compiles every macro of `load_macros_from_path` anew for each file that it lints, and twice since macros may
call macros (https://github.com/sqlfluff/sqlfluff/pull/7685, https://github.com/sqlfluff/sqlfluff/issues/4699): more
than half of its time here. What is compiled depends on the text alone, so it is kept.
"""

from __future__ import annotations

import sys
from types import CodeType

import jinja2
from sqlfluff.cli.commands import cli

_compiled: dict[tuple[type, str, str | None, str | None], CodeType] = {}
_compile = jinja2.Environment.compile


def _once(self: jinja2.Environment, source: str, name: str | None = None, filename: str | None = None) -> CodeType:
    key = (type(self), source, name, filename)
    if key not in _compiled:
        _compiled[key] = _compile(self, source, name, filename)
    return _compiled[key]


# at module level, since each process that sqlfluff starts reads this file, too
jinja2.Environment.compile = _once  # type: ignore[method-assign, assignment]

if __name__ == "__main__":
    sys.exit(cli())
