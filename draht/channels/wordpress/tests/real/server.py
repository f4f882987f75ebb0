"""A real WordPress from Debian's packages, on loopback, in a folder of its own, gone when the tests end.

MariaDB and PHP's own web server are started by hand (no system service is touched). Both lead a process group, so that
nothing is left behind. Ports are below 32768: higher ones collide with outgoing connections.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import Any

import pytest

CODE = Path("/usr/share/wordpress")
PARTS = Path(__file__).parent / "site"
PROGRAMS = ("mariadbd", "mariadb-install-db", "mariadb", "php")
PATIENCE = 60  # seconds until a server answers
LIST = "requirements/debian-real.txt"


class RealWordPress:
    """A running site with an editor (``agent``) and an author without the right to moderate (``writer``).

    Attributes:
        url: where it is.
        passwords: application passwords by user name.
    """

    def __init__(self) -> None:
        _demand_packages()
        self.folder = Path(tempfile.mkdtemp(prefix="draht-wordpress-"))
        self.folder.chmod(0o755)  # the database may run as another user
        self._running: list[subprocess.Popen[bytes]] = []
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        for process in reversed(self._running):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, SIGTERM)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def php(self, code: str) -> Any:
        """Runs PHP inside the site, as its own administration does; gives back what ``code`` returns, by JSON."""
        script = f"require '{self.folder}/wp/wp-load.php'; echo json_encode((function() {{ {code} }})());"
        out = self._run("php", "-r", "$_SERVER['HTTP_HOST'] = '127.0.0.1'; " + script)
        return json.loads(out)

    def visit(self, path: str, **form: str | int) -> str:
        """What a visitor sees there; with a form, after sending it."""
        data = urllib.parse.urlencode(form).encode() if form else None
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data), timeout=PATIENCE) as page:
            return str(page.read().decode())

    def comment(self, text: str, name: str = "Jane", post: int = 1, parent: int = 0) -> None:
        """A visitor fills in the form below a post."""
        page = self.visit(f"/?p={post}")
        assert 'id="commentform"' in page, page[-2000:]
        assert f"{self.url}/wp-comments-post.php" in page
        mail = f"{name.lower()}@example.test"
        form: dict[str, str | int] = {"comment": text, "author": name, "email": mail}
        self.visit("/wp-comments-post.php", **form, comment_post_ID=post, comment_parent=parent)

    def forget(self) -> None:
        """No comments, no posts but the first, permalinks and moderation as installed."""
        self.sql(
            "DELETE FROM wp_comments; DELETE FROM wp_commentmeta; DELETE FROM wp_posts WHERE ID > 3;"
            "UPDATE wp_posts SET comment_count = 0, comment_status = 'open', post_status = 'publish' WHERE ID = 1;"
            "UPDATE wp_options SET option_value = '0' WHERE option_name = 'comment_moderation'"
        )

    def sql(self, statement: str) -> None:
        self._mariadb(f"USE wp; {statement}")

    def _start(self) -> None:
        database, web = _free_port(), _free_port()
        self.url = f"http://127.0.0.1:{web}"
        self._socket = self.folder / "db" / "s"
        self._start_database(database)
        self._lay_out(database)
        self.passwords: dict[str, str] = json.loads(self._run("php", str(PARTS / "install.php"), f"{self.folder}/wp"))
        router = str(PARTS / "router.php")
        cached = ("-d", "opcache.enable_cli=1")
        self._spawn(
            ("php", *cached, "-S", f"127.0.0.1:{web}", "-t", f"{self.folder}/wp", router), PHP_CLI_SERVER_WORKERS="4"
        )
        self._wait_until(self._answers)

    def _answers(self) -> bool:
        with urllib.request.urlopen(f"{self.url}/?rest_route=/", timeout=PATIENCE) as answer:
            return bool(answer.read())

    def _start_database(self, port: int) -> None:
        data = self.folder / "db"
        data.mkdir()
        common = ["--no-defaults", f"--datadir={data}"]
        if os.geteuid() == 0:  # MariaDB does not run as root
            shutil.chown(data, "mysql")
            common.append("--user=mysql")
        self._run("mariadb-install-db", *common, "--skip-test-db", "--auth-root-authentication-method=normal")
        place = (f"--socket={self._socket}", "--bind-address=127.0.0.1", f"--port={port}", "--skip-name-resolve")
        self._spawn(("mariadbd", *common, *place, "--innodb-flush-log-at-trx-commit=0"))
        self._wait_until(self._makes_database)

    def _makes_database(self) -> bool:
        self._mariadb(
            "CREATE DATABASE IF NOT EXISTS wp CHARACTER SET utf8mb4;"
            "CREATE USER IF NOT EXISTS wp@'127.0.0.1' IDENTIFIED BY 'wp'; GRANT ALL ON wp.* TO wp@'127.0.0.1'"
        )
        return True

    def _mariadb(self, statement: str) -> None:
        self._run("mariadb", "--no-defaults", "-uroot", "-S", str(self._socket), "-e", statement)

    def _lay_out(self, database: int) -> None:
        """WordPress' code, our configuration and a theme of twenty lines that shows posts, comments and the form."""
        site = self.folder / "wp"
        shutil.copytree(CODE, site, ignore=shutil.ignore_patterns("wp-content", "wp-config.php", ".htaccess"))
        shutil.copytree(PARTS / "wp-content", site / "wp-content")
        config = (PARTS / "wp-config.php").read_text()
        (site / "wp-config.php").write_text(config.replace("DATABASE_PORT", str(database)))

    def _run(self, *command: str) -> str:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def _spawn(self, command: tuple[str, ...], **environment: str) -> None:
        with (self.folder / f"{command[0]}.log").open("wb") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=log, env=os.environ | environment, start_new_session=True
            )
        self._running.append(process)

    def _wait_until(self, ready: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                if ready():
                    return
            except (OSError, RuntimeError):
                if time.monotonic() > end:
                    raise
            if time.monotonic() > end or self._running[-1].poll() is not None:
                logs = "\n".join(log.read_text(errors="replace")[-2000:] for log in self.folder.glob("*.log"))
                raise RuntimeError(f"The real WordPress does not start:\n{logs}")
            time.sleep(0.1)


def _demand_packages() -> None:
    missing = [name for name in PROGRAMS if not shutil.which(name)] + ([] if CODE.exists() else [str(CODE)])
    if missing:
        install = f"apt-get install -y --no-install-recommends $(grep -v '^#' {LIST})"
        pytest.fail(f"A real WordPress needs {', '.join(missing)}. Install the packages of {LIST}:\n{install}", False)


def _free_port() -> int:
    for port in random.sample(range(20_000, 32_000), 200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise RuntimeError("no free port")
