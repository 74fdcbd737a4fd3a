"""The app's server as a process: Streamlit's own, whose end is one sentence and an exit code like any other command's.

`python -m dashboards.serve [--json] run APP …`: what follows are Streamlit's own arguments.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

SENTENCE = "stopped; run the command again to go on."
#: Ctrl-C ends what a person was doing; the system's SIGTERM is the way in which a service is meant to end.
CODES = {signal.SIGINT: 130, signal.SIGTERM: 0}


def main(arguments: list[str]) -> NoReturn:
    """Serve until a signal comes, then say so and exit."""
    as_json = arguments[:1] == ["--json"]

    def leave(number: int, frame: FrameType | None) -> None:
        del frame
        _end(number, as_json=as_json)

    heard, told = os.pipe()
    for end in (heard, told):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(told)  # whoever handles a signal: which one it was stands here
    for one in CODES:
        signal.signal(one, leave)  # until the server has handlers of its own
    from streamlit.web import cli  # noqa: PLC0415 - takes a second, in which a stop is heard already

    cli.main(arguments[as_json:], standalone_mode=False)
    try:
        number = os.read(heard, 1)[0]
    except BlockingIOError:  # it ended by itself, having said why
        sys.exit(1)
    _end(number, as_json=as_json)


def _end(number: int, *, as_json: bool) -> NoReturn:
    code = CODES.get(signal.Signals(number), 1)
    said = (
        json.dumps({"event": "stopped", "message": SENTENCE, "exit_code": code}) if as_json else f"tieout: {SENTENCE}"
    )
    sys.stdout.flush()
    os.write(2, f"{said}\n".encode())
    os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1:])
