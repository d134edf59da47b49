"""Tokens: listed, issued, taken back."""

from typing import Literal

from flask import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from steno.database.tables import User
from steno.errors import StenoError
from steno.exports.clean import clean
from steno.ledger import accounts
from web.api.views import NewTokenView, TokenList, token_view
from web.auth import caller
from web.contract import Answer, Routes, json_answer
from web.problems import Forbidden
from web.services import services

routes = Routes("tokens")
Scope = Literal["jobs:read", "jobs:write", "tokens", "users"]


class UnknownToken(StenoError):
    """No such token, or not this person's."""

    code = "unknown-token"


class TokenRequest(BaseModel):
    """A new token."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200, description="What it is for.")
    scopes: list[Scope] = Field(
        default=["jobs:read", "jobs:write"],
        min_length=1,
        max_length=4,
        description="What it allows: not more than the token that asks; without it `jobs:read` and `jobs:write`. "
        "`users` is for administrators.",
    )
    days: float | None = Field(
        default=None,
        gt=0,
        le=3660,
        description="Days until it expires; null: never. Not later than the asking token.",
    )


@routes.operation("GET", "/tokens", scope="tokens", answers={200: Answer("Your tokens.", TokenList)})
def list_tokens() -> Response:
    """Your tokens, without their secrets."""
    with services().database.reading() as session:
        return json_answer(TokenList(tokens=[token_view(one) for one in accounts.tokens_of(session, caller().user_id)]))


@routes.operation(
    "POST", "/tokens", scope="tokens", answers={201: Answer("The token; its secret is shown once.", NewTokenView)}
)
def issue_token(body: TokenRequest) -> Response:
    """Issue a token."""
    who = caller()
    beyond = sorted(set(body.scopes) - who.scopes)
    if beyond:
        raise Forbidden(f"Your token has not the scope {beyond[0]} itself", "Ask with one that has it.")

    def issue(session: Session) -> NewTokenView:
        user = session.get_one(User, who.user_id)
        scopes = list(dict.fromkeys(body.scopes))
        asking = who.key if who.session_id is None else None
        token, secret = accounts.issue_token(
            session, user, clean(body.name), scopes=scopes, days=body.days, asking=asking
        )
        return NewTokenView(**token_view(token).model_dump(), token=secret)

    answer = json_answer(services().database.write(issue), 201)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@routes.operation("DELETE", "/tokens/<id:token_id>", scope="tokens", answers={204: Answer("It is worth nothing now.")})
def revoke_token(token_id: str) -> Response:
    """Take a token back."""
    who = caller()
    if not services().database.write(lambda session: accounts.revoke(session, who.user_id, token_id)):
        raise UnknownToken("There is no such token", "List them.")
    return Response(status=204)
