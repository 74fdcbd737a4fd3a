"""A web service on this machine, encrypted, that misbehaves as it is told to."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.servers.process import HOST


@dataclass
class Reply:
    """What to answer; `cut` ends the connection after so many bytes of the body."""

    status: int = 200
    value: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None


@dataclass(frozen=True)
class Asked:
    """What was asked for."""

    method: str
    path: str
    parameters: dict[str, str]
    headers: dict[str, str]
    body: str


@dataclass
class Web:
    """The running service: `answer` decides, `asked` remembers."""

    address: str
    ca_file: Path
    answer: Callable[[Asked], Reply] = lambda _asked: Reply(404)
    asked: list[Asked] = field(default_factory=list)


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for this machine that signs itself; returns it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    shown, kept = folder / "certificate.pem", folder / "key.pem"
    shown.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    kept.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return shown, kept


@contextlib.contextmanager
def web(folder: Path) -> Iterator[Web]:
    """Run a service until the block ends."""
    shown, kept = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown, kept)
    service = Web("", shown)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            parameters = {k: v[-1] for k, v in parse_qs(parts.query).items()}
            asked = Asked(self.command, parts.path, parameters, dict(self.headers.items()), body)
            service.asked.append(asked)
            reply = service.answer(asked)
            content = reply.value if isinstance(reply.value, bytes) else json.dumps(reply.value).encode()
            self.send_response(reply.status)
            for key, value in {"content-length": str(len(content)), **reply.headers}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(content[: reply.cut])
            self.close_connection = reply.cut is not None

        do_GET = do_POST = _any  # noqa: N815 - the library's names

        def log_message(self, *_said: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_said: object) -> None:
            pass

    with Server((HOST, 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        service.address = f"https://{HOST}:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
