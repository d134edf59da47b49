"""What every route needs: settings, database, blobs, and a way to tell workers that there is something to do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import cast

from flask import current_app, request

from steno.blobs import BlobStore
from steno.config import Settings
from steno.database import Database
from steno.ledger.openings import FOLD
from steno.ledger.vouching import Vouching
from steno.ledger.ways_in import WaysIn
from steno.states import Queue
from steno.vault import Vault
from web.broker import BrokerState
from web.limits import Buckets
from web.parsed import Parsed
from web.remembered import Remembered

EXTENSION = "steno"
_ARCHIVES = 4  # that are made at once: each is work for a core
_WAITING = 16  # requests that wait for jobs; the other threads of a web process answer everybody else
_FOLLOWING = 8  # pages that follow their jobs, each in a thread; the others ask again and again


@dataclass(frozen=True)
class Services:
    """Of one application. `nudge` may fail without harm: workers find the work in the database."""

    settings: Settings
    database: Database
    vault: Vault
    nudge: Callable[[Queue], object]
    look_at_broker: Callable[[], BrokerState]
    requests: Buckets
    strangers: Buckets
    questions: Buckets
    parsed: Parsed = field(default_factory=Parsed)
    following: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(_FOLLOWING))
    opened: Remembered = field(default_factory=lambda: Remembered(FOLD))
    archives: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(_ARCHIVES))
    waiting: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(_WAITING))

    @property
    def blobs(self) -> BlobStore:
        """The files behind the vault: to be deleted and counted, never to be read."""
        return self.vault.blobs

    @property
    def ways_in(self) -> WaysIn:
        """How people can sign in here."""
        return WaysIn.of(self.settings)

    @property
    def vouching(self) -> Vouching:
        """Until when tokens are good of whom the identity provider alone vouches for."""
        return Vouching.of(self.settings)

    @property
    def mails_links(self) -> bool:
        """Whether links go by mail here: there is a mail server, and the address that people know."""
        settings = self.settings
        return settings.local_accounts and settings.smtp_url is not None and settings.public_url is not None


def services() -> Services:
    """Those of the application that answers this request."""
    return cast(Services, current_app.extensions[EXTENSION])


def address(path: str = "") -> str:
    """The address of a path as people reach it: by the operator's word, else as this request came."""
    return (services().settings.public_url or request.host_url.rstrip("/")) + path
