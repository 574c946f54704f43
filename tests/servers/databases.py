"""PostgreSQL and MariaDB, where they are installed, each on a Unix socket in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server; skips where none is installed."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server is installed")
    with _folder("postgres") as (folder, wrap):

        def call(*command: str | Path) -> None:
            whole = [*wrap, *map(str, command)]
            subprocess.run(whole, check=True, capture_output=True, cwd="/", timeout=60)

        data = folder / "data"
        call(binaries / "initdb", "-D", data, "-U", "shop", "-A", "trust", "--no-sync", "-E", "UTF8")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        call(binaries / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
        try:
            yield f"postgresql://shop@/postgres?host={folder}"
        finally:
            call(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop")


@contextlib.contextmanager
def mariadb() -> Iterator[str]:
    """The URL of a MariaDB server without a password; skips where none is installed."""
    server = shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    install = shutil.which("mariadb-install-db")
    if server is None or install is None:
        pytest.skip("no MariaDB server is installed")
    with _folder("mysql") as (folder, wrap):
        data, socket = folder / "data", folder / "socket"
        aside = {**os.environ, "TMPDIR": str(folder)}  # in one folder two servers take each other's files
        made = [install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"]
        subprocess.run([*wrap, *made], check=True, capture_output=True, cwd="/", timeout=120, env=aside)
        call = [server, "--no-defaults", f"--datadir={data}", f"--socket={socket}", "--skip-networking"]
        call += [
            f"--tmpdir={folder}",
            f"--pid-file={folder / 'pid'}",
            "--innodb-flush-log-at-trx-commit=0",
            "--console",
        ]
        process = subprocess.Popen([*wrap, *call], cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        assert process.stderr is not None
        try:
            for line in process.stderr:
                if b"ready for connections" in line:
                    break
            assert process.poll() is None, "the server did not start"
            yield f"mysql://root@localhost/test?socket={socket}"
        finally:
            subprocess.run(["kill", (folder / "pid").read_text().strip()], check=False)
            process.communicate(timeout=60)


def _binaries() -> Path | None:
    candidates = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    on_path = shutil.which("initdb")
    if on_path:
        candidates.insert(0, Path(on_path).resolve().parent)
    return next(
        (each for each in candidates if (each / "initdb").exists() and (each / "postgres").exists()), None
    )


@contextlib.contextmanager
def _folder(user: str) -> Iterator[tuple[Path, list[str]]]:
    """A short folder (a socket's path may have 107 letters), and how to run something as its owner."""
    with tempfile.TemporaryDirectory(prefix="onebasket-") as made:
        folder, wrap = Path(made), list[str]()
        if os.geteuid() == 0:  # the servers refuse to run as root
            known = subprocess.run(["id", user], capture_output=True, check=False).returncode == 0
            if shutil.which("runuser") is None or not known:
                pytest.skip(f"running as root, and there is no user {user} to run the server as")
            shutil.chown(folder, user)
            wrap = ["runuser", "-u", user, "--"]
        yield folder, wrap
