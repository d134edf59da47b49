"""Kinds of events of the audit log, as people read them."""

from flask import Flask

from web.portal.languages import gettext
from web.portal.layout import _

HAPPENINGS = {
    "admin.delivery-sent-again": _("Mail or webhook sent again by an administrator"),
    "admin.job-cancelled": _("Job cancelled by an administrator"),
    "admin.job-run-again": _("Job run again by an administrator"),
    "audit.exported": _("Audit log downloaded"),
    "check.asked": _("Connection tried out"),
    "document.opened": _("Recording or result opened"),
    "job.amended": _("Job changed"),
    "job.cancelled": _("Job cancelled"),
    "job.completed": _("Job completed"),
    "job.deleted": _("Recording deleted"),
    "job.failed": _("Job failed"),
    "job.queued": _("Job waits again"),
    "job.running": _("Job begun"),
    "job.submitted": _("Recording handed in"),
    "job.tagged": _("Tags changed"),
    "letter.asked": _("Mail with a link asked for"),
    "link.issued": _("Link to choose a password issued"),
    "password.set": _("Password changed"),
    "recording.deleted": _("Recording deleted, results stay"),
    "retention.applied": _("Rules of retention applied to old jobs"),
    "session.begun": _("Signed in"),
    "session.ended": _("Signed out"),
    "session.ended_all": _("Signed out of other browsers"),
    "setting.changed": _("Setting changed"),
    "share.made": _("Link to share made"),
    "share.revoked": _("Link to share taken back"),
    "sign_in.failed": _("Wrong password"),
    "sign_in.refused": _("Sign-in refused"),
    "sign_out.by_provider": _("Signed out by single sign-on"),
    "stage.again": _("Step failed, tried again later"),
    "stage.done": _("Step done"),
    "stage.failed": _("Step failed"),
    "stage.handed-back": _("Step handed back by a worker that stopped"),
    "stage.lease-ran-out": _("Step taken back from a worker that died"),
    "stage.started": _("Step begun"),
    "token.issued": _("API token issued"),
    "token.revoked": _("API token revoked"),
    "upload.created": _("Upload begun"),
    "upload.terminated": _("Upload broken off"),
    "user.added": _("Account opened"),
    "user.amended": _("Account changed"),
    "user.deleted": _("Account deleted"),
    "user.demoted": _("No longer administrator"),
    "user.disabled": _("Account kept out"),
    "user.enabled": _("Account let in again"),
    "user.kept-administrator": _("Stays administrator, being the last one"),
    "user.linked": _("Connected with single sign-on"),
    "user.promoted": _("Made administrator"),
    "user.quota": _("Quota changed"),
    "user.unlinked": _("Disconnected from single sign-on"),
}


def register(app: Flask) -> None:
    """Let templates write `{{ kind | happening }}`."""
    app.jinja_env.filters["happening"] = happening


def happening(kind: str) -> str:
    """What happened; the kind itself where there are no words for it."""
    return gettext(HAPPENINGS[kind]) if kind in HAPPENINGS else kind
