"""Where webhooks may go: https to public addresses, and to the private hosts and networks that an operator allows.

Checked when a job is handed in, without asking any name server, and again by the worker with what the name resolves to.
"""

import base64
import re
from binascii import Error as NotBase64
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from steno.config import Settings
from steno.errors import InvalidOption

IpAddress = IPv4Address | IPv6Address
_LONGEST = 2000
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*")
# What inet_aton would read as an IPv4 address: 127.1, 2130706433, 0x7f.1 (the URL standard's "ends in a number").
_NUMBER = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)")
# Addresses inside a cloud that hand out credentials; those not listed here are link-local or private anyway.
_METADATA = frozenset({ip_address("168.63.129.16"), ip_address("100.100.100.200"), ip_address("192.0.0.192")})
_RELAYS = ip_network("192.88.99.0/24")  # 6to4, RFC 7526
_GLOBAL_UNICAST = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")
_MAPPED = ip_network("::ffff:0:0/96")
_FEWEST_KEY_BYTES = 24  # Standard Webhooks: 24 to 64


@dataclass(frozen=True)
class WebhookAddress:
    """The parts of a URL that was checked. `host` is in lower case, without brackets; `target` is path and query."""

    secure: bool
    host: str
    port: int
    target: str


@dataclass(frozen=True)
class Allowed:
    """What STENO_WEBHOOK_ALLOW names."""

    hosts: frozenset[str]
    networks: tuple[IPv4Network | IPv6Network, ...]

    @classmethod
    def of(cls, settings: Settings) -> "Allowed":
        """Words that are no IP address and no network are hosts. Raises InvalidOption."""
        hosts, networks = set(), []
        for word in filter(None, (part.strip().lower() for part in settings.webhook_allow.split(","))):
            try:
                networks.append(ip_network(word.strip("[]"), strict=False))
            except ValueError as error:
                if not _HOST.fullmatch(host := word.rstrip(".")) or _NUMBER.fullmatch(host):
                    cure = "Write hosts and networks by commas, such as hooks.example.org, 10.0.0.0/8."
                    raise InvalidOption(f"STENO_WEBHOOK_ALLOW has '{word}', which is neither", cure) from error
                hosts.add(host)
        return cls(frozenset(hosts), tuple(networks))

    def host(self, host: str) -> bool:
        """Whether this host is named, or is an address in a network that is named."""
        address = _literal(host)
        return host in self.hosts or (address is not None and self.address(address))

    def address(self, address: IpAddress) -> bool:
        """Whether the address is in a network that is named."""
        return any(embedded(address) in network or address in network for network in self.networks)


def check_webhook_url(url: str, settings: Settings) -> WebhookAddress:
    """The parts of a URL that may be called.

    Raises InvalidOption where it is malformed, not https, leads to an address that is not public, or where no secret
    is set to sign with. What the host's name resolves to is for `worker.notification.guard` to check.
    """
    webhook_keys(settings)
    if len(url) > _LONGEST or not re.fullmatch(r"[!-\[\]-~]+", url):  # printable ASCII but the backslash
        raise InvalidOption(
            "The webhook URL is too long or has characters that a URL cannot have", "Write it in ASCII (xn--..., %20)."
        )
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise InvalidOption("The webhook URL cannot be read", "Write https://host/path.") from error
    address = _literal(host)
    if parts.scheme not in {"https", "http"} or not (address or _HOST.fullmatch(host)) or port == 0 or parts.fragment:
        raise InvalidOption("The webhook URL is not the address of a host", "Write https://host/path.")
    if "@" in parts.netloc:
        raise InvalidOption("A webhook URL must not carry a name or password", "Webhooks are signed: check that.")
    allowed = Allowed.of(settings)
    if not allowed.host(host):
        if parts.scheme != "https":
            raise InvalidOption(
                "Webhooks go to https only", "Write https://, or have STENO_WEBHOOK_ALLOW name the host."
            )
        private = not is_public(address) if address else f".{host}".endswith(".localhost") or _NUMBER.fullmatch(host)
        if private:
            raise InvalidOption(f"{host} is not a public address", "STENO_WEBHOOK_ALLOW may name it.")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return WebhookAddress(parts.scheme == "https", host, port or (443 if parts.scheme == "https" else 80), target)


def webhook_keys(settings: Settings) -> tuple[bytes, ...]:
    """The keys that sign webhooks, the newest first. Raises InvalidOption where none is set, or one is too short."""
    if settings.webhook_secret is None:
        raise InvalidOption("Webhooks are off: there is no secret to sign them with", "Set STENO_WEBHOOK_SECRET.")
    return tuple(_key(secret.strip()) for secret in settings.webhook_secret.get_secret_value().split(","))


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (NotBase64, ValueError):
        key = b""
    if len(key) < _FEWEST_KEY_BYTES:
        raise InvalidOption(
            f"STENO_WEBHOOK_SECRET is not 'whsec_' and {_FEWEST_KEY_BYTES} bytes or more in base64",
            'Make one: echo "whsec_$(openssl rand -base64 32)"',
        )
    return key


def is_public(address: IpAddress) -> bool:
    """Whether an address is of the open internet: not private, shared, local, multicast, reserved, or for metadata."""
    if isinstance(address, IPv6Address) and address in _MAPPED:
        return False  # no name server has a reason to say so
    address = embedded(address)
    special = address.is_private or address.is_multicast or address.is_reserved or not address.is_global
    if special or address in _METADATA:
        return False
    if isinstance(address, IPv6Address):
        return address in _GLOBAL_UNICAST and address.sixtofour is None and address.teredo is None
    return address not in _RELAYS


def embedded(address: IpAddress) -> IpAddress:
    """The IPv4 address that an IPv4-mapped or NAT64 address stands for; any other as it is."""
    if isinstance(address, IPv6Address) and (address in _MAPPED or address in _NAT64):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _literal(host: str) -> IpAddress | None:
    try:
        return ip_address(host) if "%" not in host else None
    except ValueError:
        return None
