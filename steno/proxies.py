"""Which proxies are trusted to say for whom they ask: so many before us, or those of some networks."""

from ipaddress import IPv4Network, IPv6Network, ip_network

Networks = tuple[IPv4Network | IPv6Network, ...]


def trusted(text: str) -> int | Networks:
    """STENO_TRUSTED_PROXIES read: a number of proxies in a row, or networks by commas. Raises ValueError."""
    text = text.strip()
    if not text or text.isdecimal():
        count = int(text or "0")
        if count > 10:
            raise ValueError("more than 10 proxies in a row are none")
        return count
    return tuple(ip_network(part.strip(), strict=False) for part in text.split(","))
