"""Who one is, and what one uses."""

from typing import Annotated, Literal

from flask import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from steno.database.tables import User
from steno.exports.clean import clean
from steno.ledger import overview, people
from steno.ledger.uploads import quota_of
from steno.mail_address import check_mail_address
from steno.states import JobState
from web.api.views import Moment, UsageView, known_moment
from web.auth import caller
from web.contract import Answer, Routes, json_answer
from web.services import services

routes = Routes("account")
Language = Literal["en", "fi", "sv"]


class AccountView(BaseModel):
    """Who one is. Sizes are bytes."""

    id: str
    name: str = Field(description="What one signs in with.")
    display_name: str | None = Field(description="What people are shown; null: the name.")
    email: str | None = Field(description="Where mails go unless a job says something else.")
    language: Language | None = Field(description="Of pages; null: as the browser asks for.")
    notify: bool = Field(description="The upload page offers a mail for when the job ends.")
    mail: bool = Field(description="Whether this server sends mail at all.")
    admin: bool
    quota: int | None = Field(description="Bytes one may have stored; null: no limit.")
    used: int = Field(description="Bytes of them that are taken.")
    created: Moment


class AccountChanges(BaseModel):
    """What changes; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    display_name: Annotated[str, Field(max_length=200)] | None = None
    language: Language | None = None
    notify: bool = True


@routes.operation("GET", "/account", scope="jobs:read", answers={200: Answer("Who you are.", AccountView)})
def get_account() -> Response:
    """Who you are: names, mail address, language, quota."""
    who = caller().user_id
    with services().database.reading() as session:
        return json_answer(account_view(session, people.get(session, who)))


@routes.operation("PATCH", "/account", scope="tokens", answers={200: Answer("As it is now.", AccountView)})
def amend_account(body: AccountChanges) -> Response:
    """Change your name, language or notifications.

    The mail address is changed on the account page alone: links that let somebody in go there.
    """
    who = caller()
    changes = body.model_dump(exclude_unset=True)

    def amend(session: Session) -> AccountView:
        return account_view(session, people.amend(session, who.user_id, checked(changes)))

    return json_answer(services().database.write(amend))


def checked(changes: dict[str, object]) -> dict[str, object]:
    """Changes as they are kept: names in one line, empty ones as none. Raises InvalidOption for a mail address."""
    kept = dict(changes)
    for field in ("display_name", "email"):
        if isinstance(text := kept.get(field), str):
            kept[field] = " ".join(clean(text).split()) or None
    if isinstance(address := kept.get("email"), str):
        check_mail_address(address)
    return kept


def account_view(session: Session, user: User) -> AccountView:
    """A person as they see themselves."""
    settings = services().settings
    return AccountView.model_validate(
        {
            "id": user.id,
            "name": user.name,
            "display_name": user.display_name,
            "email": user.email,
            "language": user.language if user.language in {"en", "fi", "sv"} else None,
            "notify": user.notify,
            "mail": settings.smtp_url is not None,
            "admin": user.admin,
            "quota": quota_of(user.quota, settings),
            "used": people.stored(session, user.id),
            "created": known_moment(user.created),
        }
    )


@routes.operation("GET", "/usage", scope="jobs:read", answers={200: Answer("Jobs and storage.", UsageView)})
def get_usage() -> Response:
    """What you use: jobs by state, storage, transcribed time."""
    here, who = services(), caller().user_id
    with here.database.reading() as session:
        used = overview.usage(session, who)
        quota = quota_of(people.get(session, who).quota, here.settings)
    return json_answer(
        UsageView(
            jobs=dict.fromkeys(JobState, 0) | used.jobs,
            recordings=used.recordings,
            uploads=used.uploads,
            quota=quota,
            seconds_transcribed=used.seconds,
        )
    )
