"""`steno admin`: people, tokens, purge; on the machine that has the database."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from steno.cli.console import shown, speaks_plainly, stdout
from steno.cli.starting import OURS
from steno.config import load_settings

if TYPE_CHECKING:
    from steno.database import Database

_WHO = "command line"  # for the audit log, which says by whom

admin = typer.Typer(name="admin", help="People, tokens and old jobs.", no_args_is_help=True)
users = typer.Typer(name="users", help="Who may use the service.", no_args_is_help=True)
tokens = typer.Typer(name="tokens", help="API tokens.", no_args_is_help=True)
admin.add_typer(users)
admin.add_typer(tokens)
Name = Annotated[str, typer.Argument(help="Name of the person, usually a mail address.")]


@users.command("add")
@speaks_plainly
def add(name: Name, admin_: Annotated[bool, typer.Option("--admin", help="May administer.")] = False) -> None:
    """Add a person."""
    from steno.ledger import accounts

    _database().write(lambda session: accounts.add_user(session, name, admin=admin_))
    stdout.print(f"{shown(name)} is added. A token for them: steno admin tokens issue {shown(name)}")


@users.command("list")
@speaks_plainly
def list_users() -> None:
    """List everybody."""
    from steno.ledger import accounts

    with _database().reading() as session:
        for user in accounts.everybody(session):
            marks = ", ".join(mark for mark, on in (("admin", user.admin), ("disabled", user.disabled)) if on)
            stdout.print(f"{shown(user.name):40} {_day(user.created)} {marks}")


@users.command("disable")
@speaks_plainly
def disable(
    name: Name, enable: Annotated[bool, typer.Option("--enable", help="Let them in again instead.")] = False
) -> None:
    """Keep a person out; their jobs stay."""
    from steno.ledger import people

    _amend(name, partial(people.set_disabled, disabled=not enable))
    stdout.print(f"{shown(name)} is {'enabled' if enable else 'disabled'}")


@users.command("promote")
@speaks_plainly
def promote(
    name: Name, demote: Annotated[bool, typer.Option("--demote", help="Take the role from them instead.")] = False
) -> None:
    """Make a person an administrator; they sign in anew."""
    from steno.ledger import people

    _amend(name, partial(people.set_admin, admin=not demote))
    stdout.print(f"{shown(name)} is {'no administrator' if demote else 'an administrator'}")


@users.command("invite")
@speaks_plainly
def invite(name: Name) -> None:
    """Print a link with which a person chooses a password; good for a week, once."""
    from steno.ledger import accounts, sessions

    secret = _database().write(lambda session: sessions.invite(session, accounts.find_user(session, name)))
    address = load_settings().public_url or "http://localhost:8000"
    stdout.print(f"{address}/welcome/{secret}", markup=False, soft_wrap=True)


@tokens.command("issue")
@speaks_plainly
def issue(
    name: Name,
    label: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    days: Annotated[float | None, typer.Option(min=0, help="Days until it expires; default: never.")] = None,
    scopes: Annotated[
        str | None,
        typer.Option(help="jobs:read, jobs:write, tokens, users (administrators'), by commas; default: all."),
    ] = None,
) -> None:
    """Issue a token and print it, once."""
    from steno.ledger import accounts

    wanted = tuple(scope.strip() for scope in scopes.split(",")) if scopes is not None else None
    secret = _database().write(
        lambda session: accounts.issue_token(
            session, accounts.find_user(session, name), label, scopes=wanted, days=days
        )[1]
    )
    stdout.print(secret, markup=False)


@tokens.command("list")
@speaks_plainly
def list_tokens(name: Name) -> None:
    """List a person's tokens."""
    from steno.ledger import accounts

    with _database().reading() as session:
        for token in accounts.tokens_of(session, accounts.find_user(session, name).id):
            ends = _day(token.expires) if token.expires else "never"
            stdout.print(f"{token.id} {shown(token.name):30} expires {ends} {shown(', '.join(token.scopes))}")


@tokens.command("revoke")
@speaks_plainly
def revoke(name: Name, token: Annotated[str, typer.Argument(help="Id of the token, as `list` shows it.")]) -> None:
    """Take a token back."""
    from steno.errors import InvalidOption
    from steno.ledger import accounts

    gone = _database().write(lambda session: accounts.revoke(session, accounts.find_user(session, name).id, token))
    if not gone:
        raise InvalidOption(f"{name} has no token {token}", f"List them: steno admin tokens list {name}")
    stdout.print("revoked")


@admin.command("purge")
@speaks_plainly
def purge(
    days: Annotated[float, typer.Option(min=0, help="Jobs that ended longer ago.")],
    user: Annotated[str | None, typer.Option(help="Only this person's.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete old jobs with their recordings, transcripts and minutes."""
    from steno.blobs import BlobStore
    from steno.ledger import housekeeping

    settings, database = load_settings(), _database()
    found = housekeeping.ended_before(database, days=days, user=user)
    if found and not yes:
        typer.confirm(f"Delete {len(found)} jobs for good?", abort=True)
    count = housekeeping.purge(database, BlobStore.of(settings), found, days=days)
    stdout.print(f"{count} jobs deleted")


@admin.command("reindex")
@speaks_plainly
def reindex() -> None:
    """Build the search index anew, from the transcripts; with STENO_SEARCH=false their words leave the database."""
    from steno.reindexing import reindex as build
    from steno.vault import Vault

    settings, done = load_settings(), 0

    def count() -> None:
        nonlocal done
        done += 1

    unread = build(_database(), Vault.of(settings), settings, count)
    stdout.print(f"{done} jobs indexed" + (f"; {unread} transcripts could not be read" if unread else ""))


@admin.command("delete-recording")
@speaks_plainly
def delete_recording(
    job: Annotated[str, typer.Argument(help="Id of the job; its transcript and minutes stay.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete the recording of a job alone, for good."""
    from steno.blobs import BlobStore
    from steno.ledger import recordings

    if not yes:
        typer.confirm("Delete the recording for good?", abort=True)
    recordings.delete(_database(), BlobStore.of(load_settings()), job)
    stdout.print("deleted")


@admin.command("rekey")
@speaks_plainly
def rekey(
    forget: Annotated[
        bool, typer.Option("--forget", help="Drop the old keys: what they wrapped is wrapped anew.")
    ] = False,
) -> None:
    """Change the key that encrypts the keys of all jobs; nothing that is stored is written anew."""
    from steno.ledger import wrapped_keys
    from steno.vault import Vault

    database, vault = _database(), Vault.of(load_settings())
    vault.keys.check()
    if not forget and vault.keys.are_ours:
        vault.keys.renew()
    changed = database.write(lambda session: wrapped_keys.rewrap(session, vault))
    if forget:
        vault.keys.forget()
        database.forget()
    stdout.print(f"{changed} keys are wrapped by the new key")
    if not forget:
        stdout.print("Back it up. Programs that run may need the old one for a while: drop it later with --forget.")


def _database() -> "Database":
    from steno.database import Database

    os.umask(OURS)  # it may be the first to come, and make the database
    database = Database.of(load_settings())
    database.upgrade()
    return database


def _amend(name: str, act: Callable[..., None]) -> None:
    """Do to a person what pages do by the same rule: somebody who can sign in always administers."""
    from steno.ledger import accounts
    from steno.ledger.ways_in import WaysIn

    ways = WaysIn.of(load_settings())
    _database().write(lambda session: act(session, accounts.find_user(session, name).id, by=_WHO, ways=ways))


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
