"""An identity provider on this machine: OpenID Connect with one person, who is signed in without being asked."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

from tests.servers.process import HOST

CLIENT = "tieout"
SECRET = "s3cret-of-the-app"  # noqa: S105 - of a server that lives as long as a test


@dataclass
class Identity:
    """The running provider: `person` is what it says of whoever signs in."""

    address: str
    person: dict[str, Any]
    nonces: dict[str, str] = field(default_factory=dict)


@contextlib.contextmanager
def identity(person: dict[str, Any]) -> Iterator[Identity]:
    """Run a provider until the block ends."""
    key = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/.well-known/openid-configuration":
                self._tell(_metadata(found.address))
            elif parts.path == "/keys":
                self._tell({"keys": [key.as_dict(private=False)]})
            elif parts.path == "/authorize":
                code = f"code{len(found.nonces)}"
                found.nonces[code] = asked["nonce"]
                self.send_response(302)
                said = urlencode({"code": code, "state": asked["state"]})
                self.send_header("Location", f"{asked['redirect_uri']}?{said}")
                self.end_headers()
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            now = int(time.time())
            claims = {"iss": found.address, "sub": "1", "aud": CLIENT, "iat": now, "exp": now + 300}
            claims |= {"nonce": found.nonces.pop(form["code"][0])} | found.person
            token = jwt.encode({"alg": "ES256", "kid": "one"}, claims, key)
            self._tell({"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": token})

        def _tell(self, value: object) -> None:
            body = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((HOST, 0), Handler)
    found = Identity(f"http://{HOST}:{server.server_port}", person)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _metadata(address: str) -> dict[str, object]:
    return {
        "issuer": address,
        "authorization_endpoint": f"{address}/authorize",
        "token_endpoint": f"{address}/token",
        "jwks_uri": f"{address}/keys",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    }
