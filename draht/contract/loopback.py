"""A double's pages behind real HTTP on loopback, whose next answers can be made to fail as networks fail."""

from __future__ import annotations

import io
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from draht.contract.channel import WSGIApp


class Loopback:
    """A WSGI application behind real HTTP on 127.0.0.1, whose next answers can be made to fail.

    ``fail_next`` takes: a status code (answered instead of asking the application), ``"lost"`` (carried out, the answer
    never arrives), ``"garbage"`` (bytes that nobody can read), ``"hang up"`` (closed before anything is done) or
    ``"fine"`` (nothing fails: the fault after it is for the next request).
    """

    def __init__(self, app: WSGIApp) -> None:
        self.app = app
        self.faults: list[int | str] = []
        self.requests: list[tuple[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else each answer waits 40 ms for the head's acknowledgement

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except (ConnectionError, TimeoutError):
                    self.close_connection = True

            def answer(self) -> None:
                outer._answer(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = answer

            def log_message(self, format: str, *args: Any) -> None:
                """The tests' output stays readable."""

        self._server = ThreadingHTTPServer(("127.0.0.1", free_port()), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def fail_next(self, *faults: int | str) -> None:
        self.faults += faults

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        self.requests.append((request.command, request.path))
        fault = self.faults.pop(0) if self.faults else None
        if fault == "hang up":
            return _hang_up(request)
        if isinstance(fault, int):
            return _send(request, fault, [("Content-Type", "application/json")], b'{"error":"a fault on purpose"}')
        if fault == "garbage":
            return _send(request, 200, [("Content-Type", "application/json")], b"\xff\x00<html>{")
        status, headers, answer = self._ask(request, body)
        if fault == "lost":
            return _hang_up(request)
        return _send(request, status, headers, answer)

    def _ask(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        path, _, query = request.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": request.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": self.url.rpartition(":")[2],
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "http",
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in request.headers.items():
            environ["HTTP_" + name.upper().replace("-", "_")] = value
        told: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            told[:] = [int(status.split()[0]), headers]

        answer = b"".join(self.app(environ, start_response))
        return told[0], told[1], answer


def _send(request: BaseHTTPRequestHandler, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
    request.send_response(status)
    for name, value in headers:
        if name.lower() != "content-length":
            request.send_header(name, value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    if request.command != "HEAD":
        request.wfile.write(body)


def _hang_up(request: BaseHTTPRequestHandler) -> None:
    request.close_connection = True
    request.connection.shutdown(socket.SHUT_RDWR)


def free_port() -> int:
    """A free port below 32768: higher ones collide with outgoing connections."""
    for port in range(20_000 + hash(threading.get_ident()) % 5_000, 32_000):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port")
