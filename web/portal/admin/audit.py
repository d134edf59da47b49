"""The audit log: who did what when, to be filtered and taken along as CSV."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import Flask, Response, render_template, request

from steno.exports.clean import clean
from steno.exports.table import defused
from steno.ledger import audit
from steno.ledger.audit import Entry, Wanted
from steno.ledger.moves import record
from web.auth import admin_page, caller
from web.portal.happenings import happening
from web.services import services

_HERE = "/admin/audit"
_PAGE = 50
_MOST = 200_000  # events of a file
_DAYS = (1, 7, 30, 90, 365)


def register(app: Flask) -> None:
    """Serve the page and the file."""
    app.add_url_rule(_HERE, "admin_audit", show)
    app.add_url_rule("/admin/audit.csv", "admin_audit_csv", export)
    app.jinja_env.filters["detail"] = detail


@admin_page
def show() -> str:
    """The page."""
    wanted, asked = _wanted(), request.args.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) < 19 else None
    with services().database.reading() as session:
        found = audit.page(session, wanted, limit=_PAGE + 1, before=before)
        kinds = sorted(audit.kinds(session), key=happening)
    filters = {name: value for name, value in _filters().items() if value}
    older = urlencode({**filters, "before": found[_PAGE - 1].id}) if len(found) > _PAGE else None
    return render_template(
        "admin/audit.html",
        wanted=wanted,
        days=_DAYS,
        kinds=kinds,
        found=found[:_PAGE],
        older=older,
        newest=urlencode(filters) if before is not None else None,
        export=urlencode(filters),
    )


@admin_page
def export() -> Response:
    """The events as CSV. That somebody took them along is an event, too."""
    here, who, wanted = services(), caller(), _wanted()
    here.database.write(lambda session: record(session, "audit.exported", user_id=who.user_id))
    answer = Response(
        _lines(audit.everything(here.database, wanted, most=_MOST)), content_type="text/csv; charset=utf-8"
    )
    day = datetime.now(UTC).date().isoformat()
    answer.headers["Content-Disposition"] = f'attachment; filename="steno-audit-{day}.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def detail(values: dict[str, object]) -> str:
    """What is written down of an event, as text."""
    return ", ".join(f"{name}: {_text(value)}" for name, value in values.items())


def _lines(entries: Iterator[Entry]) -> Iterator[str]:
    yield _line(["time", "kind", "person", "user_id", "by", "job_id", "detail"])
    for one in entries:
        time = datetime.fromtimestamp(one.at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        told = json.dumps(one.detail, ensure_ascii=False, sort_keys=True) if one.detail else ""
        yield _line([time, one.kind, one.who, one.user_id or "", one.by, one.job_id or "", told])


def _line(cells: list[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([defused(cell) for cell in cells])
    return written.getvalue()


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _filters() -> dict[str, str]:
    # Cleaned: PostgreSQL refuses a text with a zero in it.
    return {name: clean(request.args.get(name, ""))[:320] for name in ("person", "kind", "job", "days")}


def _wanted() -> Wanted:
    asked = _filters()
    days = int(asked["days"]) if asked["days"] in {str(one) for one in _DAYS} else None
    return Wanted(asked["person"], asked["kind"], asked["job"].lower(), days)
