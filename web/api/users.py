"""People, for administrators' programs: who is there; added with a link, kept out, given a role or a quota, deleted.

The same rules as on the pages: somebody can always administer, and nobody locks themselves out.
"""

from urllib.parse import urlencode

from flask import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from steno.errors import StenoError
from steno.exports.clean import clean
from steno.ledger import accounts, erasure, letters, people, sessions
from steno.ledger.people import Member
from steno.states import Queue
from web.api import cursors
from web.api.views import Moment, known_moment, moment
from web.auth import caller
from web.contract import Answer, Routes, json_answer
from web.contract.operations import PREFIX
from web.services import address, services

routes = Routes("users")
_SCOPE = accounts.USERS
_LARGEST_QUOTA = 2**60


class OwnAccount(StenoError):
    """Administrators neither lock out nor delete themselves here."""

    code = "conflict"


class UserView(BaseModel):
    """A person, without anything that is theirs. Sizes are bytes."""

    id: str
    name: str = Field(description="What they sign in with, usually a mail address.")
    display_name: str | None
    email: str | None
    admin: bool
    disabled: bool = Field(description="Kept out, with every browser and token.")
    quota: int | None = Field(description="Bytes they may have stored, 0: no limit; null: the operator's STENO_QUOTA.")
    used: int = Field(description="Bytes that count against it.")
    jobs: int
    created: Moment
    last_seen: Moment | None


class UserList(BaseModel):
    """Some people, by name."""

    users: list[UserView]
    next_cursor: str | None


class NewUserView(UserView):
    """A person who was added."""

    link: str | None = Field(description="Lets them choose a password, once, within a week; null: it went by mail.")


class LinkView(BaseModel):
    """What lets somebody in."""

    link: str = Field(description="Lets them choose a password, once, within a week. Earlier ones are worth nothing.")


class UserQuery(BaseModel):
    """Which people."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=100, ge=1, le=500, description="How many at once.")
    cursor: str | None = Field(default=None, max_length=2000, description="`next_cursor` of the page before.")
    q: str = Field(default="", max_length=200, description="Only people whose names or mail address have these words.")


class NewUser(BaseModel):
    """Somebody to add."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=320, description="Usually a mail address.")
    admin: bool = False
    mail: bool = Field(default=False, description="Send the link by mail, where this server can.")


class UserChanges(BaseModel):
    """What changes; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    admin: bool = False
    disabled: bool = False
    quota: int | None = Field(
        default=None, ge=0, le=_LARGEST_QUOTA, description="Bytes; 0: no limit; null: the operator's."
    )


@routes.operation(
    "GET",
    "/users",
    scope=_SCOPE,
    answers={200: Answer("Some people, by name.", UserList, headers={"Link": "The next page (RFC 8288)."})},
)
def list_users(query: UserQuery) -> Response:
    """People by name."""
    after = cursors.read(query.cursor, _name_in) if query.cursor is not None else ""
    with services().database.reading() as session:
        found = people.page(session, query.q, limit=query.limit + 1, after=after)
    some, more = found[: query.limit], len(found) > query.limit
    cursor = cursors.written(some[-1].user.name) if more else None
    answer = json_answer(UserList(users=[_view(one) for one in some], next_cursor=cursor))
    if cursor is not None:
        wanted = query.model_dump(mode="json", exclude_defaults=True) | {"cursor": cursor}
        answer.headers["Link"] = f'<{PREFIX}/users?{urlencode(wanted)}>; rel="next"'
    return answer


@routes.operation(
    "POST", "/users", scope=_SCOPE, answers={201: Answer("The person; the link is shown once.", NewUserView)}
)
def add_user(body: NewUser) -> Response:
    """Add somebody, with a link that lets them in."""
    here, who = services(), caller().user_id
    by_mail = body.mail and here.mails_links

    def add(session: Session) -> NewUserView:
        user, secret = letters.add_user(session, body.name, admin=body.admin, by_mail=by_mail, by=who)
        link = address(f"/welcome/{secret}") if secret is not None else None
        return NewUserView(**_view(people.member(session, user.id)).model_dump(), link=link)

    made = here.database.write(add)
    if made.link is None:
        here.nudge(Queue.NOTIFY)
    answer = json_answer(made, 201, {"Location": f"{PREFIX}/users/{made.id}"})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@routes.operation("GET", "/users/<id:user_id>", scope=_SCOPE, answers={200: Answer("The person.", UserView)})
def get_user(user_id: str) -> Response:
    """One person."""
    with services().database.reading() as session:
        return json_answer(_view(people.member(session, user_id)))


@routes.operation(
    "PATCH",
    "/users/<id:user_id>",
    scope=_SCOPE,
    answers={200: Answer("As they are now.", UserView)},
    problems=[409],
)
def amend_user(user_id: str, body: UserChanges) -> Response:
    """Change a role, keep somebody out or let them in again, give a quota.

    All of it or nothing. A new role ends their sessions; who is kept out is out at once, with every token. The last
    administrator who can sign in stays one; nobody keeps themselves out.
    """
    who, changes, ways = caller().user_id, body.model_dump(exclude_unset=True), services().ways_in
    if changes.get("disabled") and user_id == who:
        raise OwnAccount("Nobody keeps themselves out", "Another administrator has to do that.")

    def amend(session: Session) -> UserView:
        people.get(session, user_id)
        if "admin" in changes:
            people.set_admin(session, user_id, admin=changes["admin"], by=who, ways=ways)
        if "disabled" in changes:
            people.set_disabled(session, user_id, disabled=changes["disabled"], by=who, ways=ways)
        if "quota" in changes:
            people.set_quota(session, user_id, changes["quota"], by=who)
        session.flush()
        return _view(people.member(session, user_id))

    return json_answer(services().database.write(amend))


@routes.operation(
    "POST", "/users/<id:user_id>/link", scope=_SCOPE, answers={201: Answer("It is shown once.", LinkView)}
)
def invite_user(user_id: str) -> Response:
    """Make a new link that lets somebody choose a password."""
    who = caller().user_id
    secret = services().database.write(lambda session: sessions.invite(session, people.get(session, user_id), by=who))
    answer = json_answer(LinkView(link=address(f"/welcome/{secret}")), 201)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@routes.operation(
    "DELETE",
    "/users/<id:user_id>",
    scope=_SCOPE,
    answers={204: Answer("They are gone, with everything that was theirs.")},
    problems=[409],
)
def delete_user(user_id: str) -> Response:
    """Delete somebody with all jobs, recordings, transcripts and tokens, for good."""
    here, who = services(), caller().user_id
    if user_id == who:
        raise OwnAccount("Nobody deletes themselves here", "That is done on one's own account page.")
    erasure.delete_person(here.database, here.blobs, user_id, by=who, ways=here.ways_in)
    return Response(status=204)


def _view(found: Member) -> UserView:
    user = found.user
    return UserView(
        id=user.id,
        name=user.name,
        display_name=user.display_name,
        email=user.email,
        admin=user.admin,
        disabled=user.disabled,
        quota=user.quota,
        used=found.stored,
        jobs=found.jobs,
        created=known_moment(user.created),
        last_seen=moment(found.last_seen),
    )


def _name_in(text: str) -> str:
    if clean(text) != text:  # PostgreSQL refuses NUL
        raise ValueError(text)
    return text
