"""Which addresses a webhook may be sent to: what the name resolves to, once, and only if all of it may be called."""

from collections.abc import Callable

from steno.config import Settings
from steno.webhook_address import Allowed, IpAddress, WebhookAddress, is_public
from worker.notification import NotSent
from worker.notification.connecting import Deadline, resolve

Resolver = Callable[[str, int, Deadline], list[IpAddress]]


def checked_addresses(
    to: WebhookAddress, settings: Settings, deadline: Deadline, *, resolver: Resolver = resolve
) -> list[IpAddress]:
    """The addresses to connect to; asking again could give others (DNS rebinding), so nobody must.

    Raises NotSent where one of them is not public and neither it nor the host is allowed, OSError where there are none.
    """
    addresses = resolver(to.host, to.port, deadline)
    allowed = Allowed.of(settings)
    # One private address among public ones is no accident. It is not told which: that would map the inner network.
    if not allowed.host(to.host) and not all(is_public(one) or allowed.address(one) for one in addresses):
        raise NotSent(
            f"{to.host} has an address that is not public, and STENO_WEBHOOK_ALLOW does not name it", again=False
        )
    return addresses
