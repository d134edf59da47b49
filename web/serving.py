"""The REST API in a web server: gunicorn, one process with threads, as event streams hold one each."""

import gc
from typing import Any

from steno.config import Settings


def serve(settings: Settings, *, host: str, port: int, threads: int) -> None:
    """Serve until SIGTERM. The tables are up to date."""
    from gunicorn.app.base import BaseApplication

    from web.app import create_app

    class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
        def load_config(self) -> None:
            options: dict[str, Any] = {
                "bind": [f"[{host}]:{port}" if ":" in host else f"{host}:{port}"],
                "worker_class": "gthread",
                "workers": 1,
                "threads": threads,
                "timeout": 120,
                "graceful_timeout": 5,
                "keepalive": 5,
                "worker_tmp_dir": None,
                "proc_name": "steno-web",
                "loglevel": "warning",
                "control_socket_disable": True,
                # Else who asks through a proxy on this machine that lets underscores pass says which path it is
                # (PATH_INFO: /admin), whatever path the proxy has looked at.
                "forwarder_headers": "",
            }
            for name, value in options.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Any:
            app = create_app(settings)
            # What is loaded stays: a full collection that walks through it stops every request for 0.1 s and more.
            gc.collect()
            gc.freeze()
            return app

    Server().run()
