"""Who guesses passwords waits, in every web process alike; whoever knows theirs is not kept out for good."""

import pytest
from sqlalchemy import update

from steno.database.tables import SignInTries
from steno.ledger import accounts, sessions, throttling
from tests.ledger import Ledger, at_once

HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"


def tries(ledger: Ledger, count: int, *, name: str = "ann@example.org", address: str = HOME) -> list[float]:
    return [ledger.do(throttling.attempt, name, address) for _ in range(count)]


def pass_time(ledger: Ledger, seconds: float) -> None:
    earlier = {"at": SignInTries.at - seconds, "until": SignInTries.until - seconds}
    ledger.database.write(lambda session: session.execute(update(SignInTries).values(**earlier)) and None)


@pytest.mark.parametrize("name", ["ann@example.org", "nobody@example.org"])
def test_a_few_tries_are_free_then_one_waits_whether_or_not_the_name_exists(ledger: Ledger, name: str) -> None:
    ledger.do(accounts.add_user, "ann@example.org")

    waits = tries(ledger, 8, name=name)

    assert waits[:6] == [0.0] * 6
    assert 0 < waits[6] <= 2
    assert 0 < waits[7] <= 2  # what is refused is not counted


def test_the_wait_doubles_up_to_a_quarter_of_an_hour(ledger: Ledger) -> None:
    longest = []
    tries(ledger, 6)
    for _ in range(14):
        [wait] = tries(ledger, 1)
        longest.append(wait)
        pass_time(ledger, wait)
        assert tries(ledger, 1) == [0.0]

    assert longest[:5] == pytest.approx([2, 4, 8, 16, 32], rel=0.1)
    assert max(longest) <= 900.1
    assert longest[-1] > 500


def test_counts_sink_and_are_forgotten(ledger: Ledger) -> None:
    tries(ledger, 6)

    pass_time(ledger, 6 * 900)
    later = tries(ledger, 5)
    pass_time(ledger, 2 * 86_400)
    ledger.do(sessions.tidy)

    assert later == [0.0] * 5
    assert ledger.count(SignInTries) == 0


def test_an_address_that_tries_many_names_waits(ledger: Ledger) -> None:
    waits = [tries(ledger, 1, name=f"person-{n}")[0] for n in range(33)]

    assert waits[:31] == [0.0] * 31
    assert waits[31] > 0
    assert tries(ledger, 1, name="person-99", address=ELSEWHERE) == [0.0]


def test_one_customers_network_is_one_address(ledger: Ledger) -> None:
    for n in range(31):
        tries(ledger, 1, name=f"person-{n}", address=f"2001:db8:1:2::{n:x}")

    assert tries(ledger, 1, name="person-99", address="2001:db8:1:2:ffff::1")[0] > 0
    assert tries(ledger, 1, name="person-98", address="2001:db8:1:3::1") == [0.0]


def test_success_gives_the_account_all_tries_back_and_the_address_one(ledger: Ledger) -> None:
    for n in range(30):
        tries(ledger, 1, name=f"person-{n}")
    tries(ledger, 1)

    ledger.do(throttling.succeeded, "ann@example.org", HOME)
    waits = tries(ledger, 3)

    assert waits[0] == 0.0
    assert waits[1] > 0


def test_strangers_do_not_keep_out_who_is_signed_in_here(ledger: Ledger) -> None:
    ann = ledger.do(accounts.add_user, "ann@example.org")
    ledger.do(lambda session: sessions.begin(session, accounts.find_user(session, ann.name), address=HOME))

    tries(ledger, 20, address=ELSEWHERE)

    assert tries(ledger, 1, address=ELSEWHERE)[0] > 0
    assert tries(ledger, 1, address=HOME) == [0.0]


def test_a_link_forgives(ledger: Ledger) -> None:
    ann = ledger.do(accounts.add_user, "ann@example.org")
    tries(ledger, 10)
    secret = ledger.do(lambda session: sessions.invite(session, accounts.find_user(session, ann.name)))

    ledger.do(sessions.redeem, secret, "three dull words here")

    assert tries(ledger, 1) == [0.0]


def test_many_at_once_are_no_way_around(ledger: Ledger) -> None:
    waits = at_once([lambda: ledger.do(throttling.attempt, "ann@example.org", HOME) for _ in range(24)])

    assert sum(wait == 0.0 for wait in waits) == 6
