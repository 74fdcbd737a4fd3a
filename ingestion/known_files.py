"""What is known of a folder's files since the last look, so that one that lies there as it was is not read again.

It is a memory and no record: where it is lost, or cannot be written, files are read and hashed as if they were new.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ingestion.connectors.folder import Found
from ingestion.feed import Feed
from lake import archive
from lake.archive import Archived
from lake.store import Lake

#: A file that changed so shortly before it was read might change again under the same time.
_SETTLED_NS = 2_000_000_000


@dataclass(frozen=True)
class Known:
    """A file as it was: its state, when it was read, the hashes of its bytes and of what is packed in it."""

    state: str
    read_ns: int
    sha256: str
    content_sha256: str


@dataclass
class KnownFiles:
    """The memory of one feed's folder; `found` is what this look has seen, and all that the next one remembers."""

    lake: Lake
    feed: Feed
    before: dict[str, Known] = field(default_factory=dict)
    found: dict[str, Known] = field(default_factory=dict)

    @classmethod
    def load(cls, lake: Lake, feed: Feed) -> KnownFiles:
        """Read the memory; it is empty where none can be read, or where a connection brings the files."""
        self = cls(lake, feed)
        if feed.connection is None:
            with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
                said = json.loads(self._place().read_text("utf-8"))
                self.before = {name: Known(**one) for name, one in said.items()}
        return self

    def recall(self, file: Found) -> Known | None:
        """Return what is known of a file that has not been touched since, and whose bytes the archive still has."""
        known = self.before.get(file.name)
        if known is None or known.state != self._state(file) or known.read_ns - file.touched_ns < _SETTLED_NS:
            return None
        if not archive.has(self.lake, Archived(known.sha256, file.size)):
            return None
        self.found[file.name] = known
        return known

    def note(self, file: Found, sha256: str, content_sha256: str, *, read_ns: int) -> Known:
        """Remember a file that was read from the moment `read_ns` on, and that was fit to be."""
        known = Known(self._state(file), read_ns, sha256, content_sha256)
        self.found[file.name] = known
        return known

    def keep(self) -> None:
        """Write the memory down for the next run, in one step."""
        if self.feed.connection is not None or self.found == self.before:
            return
        place = self._place()
        with contextlib.suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=place.parent, delete=False, encoding="utf-8") as file:
                json.dump({name: asdict(one) for name, one in self.found.items()}, file)
            Path(file.name).replace(place)

    def _state(self, file: Found) -> str:
        # What a packed file may unpack to is a setting: a file is looked at anew where it changes.
        return f"{file.state}:{self.feed.max_unpack_ratio}"

    def _place(self) -> Path:
        named = hashlib.sha256(f"{self.feed.name}\0{self.feed.path}".encode()).hexdigest()[:24]
        if self.lake.is_local:
            return self.lake.path("work", "known", f"{named}.json")
        root = hashlib.sha256(self.lake.root.encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"tieout-known-{root}" / f"{named}.json"
