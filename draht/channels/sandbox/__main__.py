"""Serves the sandbox alone, for trying: ``python -m draht.channels.sandbox --port 8090 --data DIR``."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server

from draht.channels.sandbox.network import open_account
from draht.channels.sandbox.seed import seed
from draht.channels.sandbox.site import serve


class Server(ThreadingMixIn, WSGIServer):
    """A thread for each request; only for trying."""

    daemon_threads = True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=8090, help="port to listen on (default %(default)s)")
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder of the network's file")
    parser.add_argument("--empty", action="store_true", help="without the demo's scene")
    parser.add_argument("--token", action="store_true", help="make and print a token for the API")
    told = parser.parse_args()
    handle = "nordlicht" if told.empty else seed(told.data, datetime.now(UTC))
    if told.token:
        token = open_account(told.data, "Nordlicht Kaffeemaschinen", handle)
        print(f"Token of @{handle}: {token}")  # noqa: T201
    with make_server(told.host, told.port, serve(told.data), server_class=Server) as server:
        print(f"The sandbox is at http://{told.host}:{told.port}/ (Ctrl+C ends it).", flush=True)  # noqa: T201
        server.serve_forever()


if __name__ == "__main__":
    main()
