"""A real Redis for tests: the bundled server on a port of its own, set as a test likes."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis
from redis.exceptions import ConnectionError as NotThere

from steno.cli.serve import bundled_redis
from tests.service import free_port


@contextmanager
def redis_server(*options: str) -> Iterator[str]:
    """The URL of a server that keeps nothing on disk."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="steno-redis-") as folder:
        command = [str(bundled_redis()), "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
        server = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL)
        try:
            _wait(port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.kill()
            server.wait()


def _wait(port: int) -> None:
    end = time.monotonic() + 10
    with Redis(port=port) as client:
        while True:
            try:
                client.ping()
                return
            except NotThere:
                assert time.monotonic() < end, "Redis does not start"
                time.sleep(0.02)
