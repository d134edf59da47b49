"""Addresses mail may be sent to: one mailbox, nothing that could become a second header or recipient."""

import re
from email.headerregistry import Address

from steno.errors import InvalidOption
from steno.exports.clean import clean

_LONGEST = 254  # RFC 5321, as RFC 3696 erratum 1690 counts it
_LOCAL = re.compile(r"[^\s\"(),:;<>@\[\\\]]{1,64}")
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE)


def check_mail_address(text: str) -> Address:
    """The mailbox, its domain in ASCII (IDNA). Raises InvalidOption where the text is not one plain address."""
    wrong = InvalidOption("This is not a mail address", "Write one address, such as name@example.org.")
    local, _, domain = text.strip(" ").rpartition("@")
    if len(text) > _LONGEST or clean(text) != text.strip(" ") or not _LOCAL.fullmatch(local):
        raise wrong
    try:
        domain = domain.encode("idna").decode("ascii")
        if not _DOMAIN.fullmatch(domain):
            raise wrong
        return Address(username=local, domain=domain)
    except ValueError as error:  # UnicodeError is one
        raise wrong from error
