"""PostgreSQL from Debian, in a folder of its own, with a password and without the safety of its disk."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import HOST, as_user, free_port, running

MISSING = "there is no PostgreSQL here; ask for: apt-get install postgresql"
PASSWORD = "s3cret-of-postgres"  # noqa: S105 - of a server that lives as long as a test


@dataclass(frozen=True)
class Postgres:
    """A running server: who may come in, and by which port."""

    port: int
    user: str = "tieout"
    database: str = "postgres"
    host: str = HOST
    #: The certificate that it shows, where it has one.
    ca_file: Path | None = None


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL installed, None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    named = shutil.which("postgres")
    return Path(named).parent if named else None


@contextlib.contextmanager
def postgres(folder: Path, *, shown: tuple[Path, Path] | None = None) -> Iterator[Postgres]:
    """Run a server whose data lie in `folder`; it encrypts where it has a certificate, and its key, to show."""
    bin_folder = programs()
    if bin_folder is None:
        raise RuntimeError(MISSING)
    user, port = as_user("postgres"), free_port()
    data, secret = folder / "data", folder / "password"
    secret.write_text(PASSWORD + "\n")
    if user:
        shutil.chown(folder, user)
        shutil.chown(secret, user)
        for parent in folder.parents:
            # The temporary folders of tests are their owner's alone; the server must pass through them.
            if parent.stat().st_mode & 0o001 == 0 and str(parent) != "/":
                parent.chmod(parent.stat().st_mode | 0o011)
    initdb = [bin_folder / "initdb", "-D", data, "-U", "tieout", "-A", "scram-sha-256", "--pwfile", secret]
    subprocess.run(
        [str(c) for c in (*initdb, "-E", "UTF8", "--locale", "C", "--no-sync")],
        check=True,
        capture_output=True,
        user=user,
        cwd=folder,
    )
    options = {"listen_addresses": HOST, "port": str(port), "unix_socket_directories": str(folder)}
    options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "2GB"}
    if shown is not None:
        for file in shown:
            file.chmod(0o600)
            if user:
                shutil.chown(file, user)
        options |= {"ssl": "on", "ssl_cert_file": str(shown[0]), "ssl_key_file": str(shown[1])}
    command = [bin_folder / "postgres", "-D", data, *(x for k, v in options.items() for x in ("-c", f"{k}={v}"))]
    asked = [str(bin_folder / "pg_isready"), "-q", "-h", HOST, "-p", str(port)]
    with running(
        command, ready=lambda: subprocess.run(asked, check=False).returncode == 0, log=folder / "server.log", user=user
    ):
        yield Postgres(port, ca_file=shown and shown[0])
