"""OpenSSH's server from Debian, on a port of its own, for SFTP with a key and nothing else."""

from __future__ import annotations

import contextlib
import getpass
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import HOST, accepts, free_port, running

SSHD = Path("/usr/sbin/sshd")
MISSING = "there is no OpenSSH server here; ask for: apt-get install openssh-server"


@dataclass(frozen=True)
class Sftp:
    """A running server, the folder that it shows, and the keys of both sides."""

    port: int
    user: str
    folder: Path
    private_key: Path
    known_hosts: Path
    host: str = HOST


@contextlib.contextmanager
def sftp(folder: Path) -> Iterator[Sftp]:
    """Run a server until the block ends."""
    for name in ("host", "client"):
        made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(made, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    shown = folder / "shown"
    shown.mkdir()
    port = free_port()
    (folder / "config").write_text(
        f"ListenAddress {HOST}\nPort {port}\nHostKey {folder / 'host'}\nPidFile none\nUsePAM no\n"
        f"AuthorizedKeysFile {folder / 'client.pub'}\nStrictModes no\nPasswordAuthentication no\n"
        "KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\n"
    )
    public = (folder / "host.pub").read_text().split()
    known = folder / "known_hosts"
    known.write_text(f"[{HOST}]:{port} {public[0]} {public[1]}\n")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with running([SSHD, "-D", "-e", "-f", folder / "config"], ready=lambda: accepts(port), log=folder / "server.log"):
        yield Sftp(port, getpass.getuser(), shown, folder / "client", known)
