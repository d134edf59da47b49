"""A service with a past: people, and how their jobs ended over a year."""

from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from steno.config import Settings
from steno.database import Database
from steno.database.clock import now
from steno.database.tables import JobEnding, User
from steno.ledger import accounts

HOSTILE = "<img src=x onerror=alert(1)> \u202eevil"
_DAY = 86_400.0


def seed_year(settings: Settings, *, people: int = 14, days: int = 380) -> None:
    """Jobs of a year, fewer at weekends, some of which failed."""
    chance, database = Random(3), Database.of(settings)

    def add(session: Session) -> None:
        users = [session.scalars(select(User)).first()]
        for number in range(people):
            user = accounts.add_user(session, f"person-{number}@example.org")
            user.display_name = HOSTILE if number == 0 else None
            users.append(user)
        time = float(session.scalar(select(now())) or 0.0)
        for ago in range(days):
            at = time - ago * _DAY
            for _ in range(chance.randint(0, 3) if int(at // _DAY) % 7 in {2, 3} else chance.randint(4, 24)):
                user, roll = users[min(int(chance.expovariate(0.4)), people)], chance.random()
                assert user is not None
                state = "failed" if roll < 0.06 else "cancelled" if roll < 0.09 else "completed"
                seconds = chance.uniform(300, 5400) if state == "completed" else 0.0
                codes = ("unreadable-media", "unreadable-media", "worker-died", "engine-failure")
                session.add(
                    JobEnding(
                        at=at,
                        day=int(at // _DAY),
                        user_id=user.id,
                        job_id="0" * 32,
                        state=state,
                        error_code=chance.choice(codes) if state == "failed" else None,
                        seconds=seconds,
                        waited=chance.expovariate(1 / 40) if seconds else None,
                        worked=seconds / chance.uniform(8, 14) if seconds else None,
                    )
                )

    try:
        database.write(add)
    finally:
        database.dispose()
