"""Which webhook addresses are refused when a job is handed in, and which IP addresses count as public."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steno.config import Settings
from steno.errors import InvalidOption
from steno.webhook_address import WebhookAddress, check_webhook_url, is_public
from worker.notification import NotSent
from worker.notification.connecting import Deadline
from worker.notification.guard import checked_addresses

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYq="


def settings(allow: str = "", secret: str | None = SECRET) -> Settings:
    return Settings(webhook_secret=secret, webhook_allow=allow)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "0.1.2.3", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254",
        "168.63.129.16", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1",
        "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250",
        "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1",
        "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "93.184.216.34", "172.32.0.1", "2606:4700:4700::1111", "64:ff9b::808:808"]
)
def test_addresses_that_are_public(address):
    assert is_public(ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_ipv6_clothes_is_no_more_public(address):
    inside = int(address)
    clothed = [0xFFFF << 32 | inside, 0x0064_FF9B << 96 | inside, inside, 0x2002 << 112 | inside << 80]

    dressed = [is_public(ip_address(one.to_bytes(16, "big"))) for one in clothed]

    assert not any(dressed) or is_public(address)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org", WebhookAddress(True, "example.org", 443, "/")),
        ("HTTPS://Example.ORG.:8443/a%20b?c=d&e", WebhookAddress(True, "example.org", 8443, "/a%20b?c=d&e")),
        ("https://8.8.8.8/x", WebhookAddress(True, "8.8.8.8", 443, "/x")),
        ("https://[2606:4700:4700::1111]:444/", WebhookAddress(True, "2606:4700:4700::1111", 444, "/")),
        ("https://xn--ty-fka.example/", WebhookAddress(True, "xn--ty-fka.example", 443, "/")),
        ("https://notlocalhost/", WebhookAddress(True, "notlocalhost", 443, "/")),
    ],
)
def test_urls_that_may_be_called(url, expected):
    assert check_webhook_url(url, settings()) == expected


@pytest.mark.parametrize(
    "url",
    [
        "", "example.org", "http://example.org", "ftp://example.org", "file:///etc/passwd", "https://", "https:///a",
        "https://user@example.org", "https://user:pass@example.org", "https://example.org@127.0.0.1/",
        "https://127.0.0.1", "https://127.1", "https://2130706433", "https://0x7f000001", "https://0x7f.1",
        "https://0177.0.0.1", "https://1.2.3.4.5", "https://localhost", "https://a.localhost.", "https://[::1]",
        "https://[::ffff:127.0.0.1]", "https://[fe80::1%25eth0]", "https://[::1", "https://169.254.169.254/latest",
        "https://example.org:0", "https://example.org:99999", "https://example.org:x", "https://example.org/#a",
        "https://example.org/a b", "https://example.org/\r\nHost: inner", "https://exam\tple.org", "https://exa\\mple.org",
        "https://työ.example", "https://example.org/ä", "https://example..org", "https://exa$mple.org",
        "https://" + "a" * 64 + ".org", "https://example.org/" + "a" * 2000, "https://\u2488.example",
    ],
)  # fmt: skip
def test_urls_that_are_refused(url):
    with pytest.raises(InvalidOption):
        check_webhook_url(url, settings())


@pytest.mark.parametrize(
    ("url", "allow"),
    [
        ("http://hooks.inner:8080/x", "hooks.inner"),
        ("http://HOOKS.inner", " a.example , Hooks.Inner. "),
        ("http://10.1.2.3", "10.0.0.0/8"),
        ("https://localhost", "localhost"),
        ("http://127.0.0.1:9", "127.0.0.1"),
        ("http://[::1]:9", "::1"),
        ("http://[fd00::5]", "fd00::/8"),
    ],
)
def test_what_the_operator_allows(url, allow):
    assert check_webhook_url(url, settings(allow)).host


@pytest.mark.parametrize(
    "url", ["http://sub.hooks.inner", "https://10.1.2.3", "http://11.1.2.3", "http://hooks.inner.evil"]
)
def test_allowing_one_allows_no_other(url):
    with pytest.raises(InvalidOption):
        check_webhook_url(url, settings("hooks.inner, 10.0.0.0/24"))


@pytest.mark.parametrize(
    "secret", [None, "", "whsec_", "whsec_short", "a passphrase that is long enough but no base64!"]
)
def test_no_webhooks_without_a_good_secret(secret):
    with pytest.raises(InvalidOption, match=r"secret|SECRET"):
        check_webhook_url("https://example.org", settings(secret=secret))


def test_a_host_that_is_allowed_may_be_anywhere():
    to = check_webhook_url("http://hooks.inner", settings("hooks.inner"))

    found = checked_addresses(to, settings("hooks.inner"), Deadline(1), resolver=lambda *_: [ip_address("10.0.0.9")])

    assert found == [ip_address("10.0.0.9")]


def test_one_private_address_among_public_ones_refuses_them_all():
    to = check_webhook_url("https://example.org", settings())

    with pytest.raises(NotSent, match="not public"):
        checked_addresses(
            to, settings(), Deadline(1), resolver=lambda *_: [ip_address("8.8.8.8"), ip_address("10.0.0.9")]
        )
