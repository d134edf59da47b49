"""What may be handed in with a recording: as JSON, or as fields of a form."""

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from steno.attachments import check_attachments
from steno.config import Settings
from steno.errors import InvalidOption, UnknownModel
from steno.jobs import MinutesOptions, TranscriptionOptions
from steno.ledger.jobs import Request
from steno.mail_address import check_mail_address
from steno.model_names import NAMES
from steno.template_names import check_template_name
from steno.webhook_address import check_webhook_url
from web.auth import Caller
from web.problems import Forbidden

_ID = r"^[0-9a-f]{32}$"
# A name or a Hugging Face id. Directories are the operator's to name, never a caller's.
MODEL = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9][A-Za-z0-9._-]{0,95})?$"
TEMPLATE = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
LANGUAGE = r"^[a-z]{2,3}$"
_LARGEST_PRIORITY = 100
# What lies behind it, in a zone of its own, is no date in UTC; a millisecond, as a moment is kept as a number.
_LAST = datetime.max.replace(microsecond=999_000, tzinfo=UTC)


class OptionsRequest(TranscriptionOptions):
    """How to transcribe. What is left out is as the operator set it."""

    model: str = Field(
        default="auto",
        pattern=MODEL,
        description="Name or Hugging Face id of the speech model; the operator's choice where it is not given.",
    )
    language: str | None = Field(
        default=None, pattern=LANGUAGE, description="Code such as 'en'; detected where it is not given."
    )
    diarize: bool = Field(
        default=True, description="Tell speakers apart; as the operator set it where it is not given."
    )


class MinutesRequest(MinutesOptions):
    """How to write the minutes."""

    template: str = Field(
        default="general", pattern=TEMPLATE, description="Name of a template; the operator's where none is given."
    )
    language: str | None = Field(
        default=None,
        pattern=LANGUAGE,
        description="Code such as 'en' for minutes in another language than the transcript's.",
    )


class Particulars(BaseModel):
    """What is wanted beside the transcript's and the minutes' options."""

    model_config = ConfigDict(extra="forbid")

    notify_email: str | None = Field(default=None, max_length=320, description="A mail goes here when the job ends.")
    notify_attach: str | None = Field(
        default=None, max_length=200, description="Attached to it, where the server allows: transcript.srt,minutes.md."
    )
    webhook_url: str | None = Field(
        default=None, max_length=2000, description="Called when the job ends (Standard Webhooks)."
    )
    delete_after: AwareDatetime | None = Field(default=None, description="When job and recording are deleted.")
    keep_recording: bool | None = Field(
        default=None, description="False: it is deleted when the transcript is there; null: as the operator set it."
    )
    priority: int = Field(
        default=0, ge=-_LARGEST_PRIORITY, le=_LARGEST_PRIORITY, description="Higher goes first; administrators only."
    )


# Tags begin with `~`, so that pointers to faults leave them out.
MinutesChoice = Annotated[
    Annotated[bool, Tag("~flag")] | Annotated[MinutesRequest, Tag("~options")],
    Discriminator(lambda value: "~options" if isinstance(value, (dict, MinutesRequest)) else "~flag"),
]


class JobRequest(Particulars):
    """A job of a recording that was uploaded before."""

    upload_id: str = Field(pattern=_ID, description="Id of a finished upload.")
    options: OptionsRequest = OptionsRequest()
    minutes: MinutesChoice | None = Field(
        default=None, description="True or options: minutes are made; false: none; null: as the operator set it."
    )


def _from_json(value: object) -> object:
    """A form's field that holds JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise ValueError("it must be JSON") from error


def _flag_or_json(value: object) -> object:
    """The same, or a flag as programs write it: `True`, `yes`."""
    is_json = isinstance(value, str) and (value.lstrip().startswith("{") or value.strip() == "null")
    return _from_json(value) if is_json else value


def _with_recording(schema: dict[str, Any]) -> None:
    """The form's file is no field of ours: it is streamed to the disk before the form is read."""
    recording = {"type": "string", "format": "binary", "description": "The recording."}
    schema["properties"] = {"file": recording, **schema["properties"]}
    schema["required"] = ["file", *schema.get("required", [])]


class JobForm(Particulars, OptionsRequest):
    """A job with its recording, as a form. Options are fields of their own, or JSON in `options` and `minutes`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_with_recording)

    options: Annotated[
        OptionsRequest | None,
        BeforeValidator(_from_json, json_schema_input_type=str),
        Field(default=None, description="Options as JSON, instead of fields of their own."),
    ]
    minutes: Annotated[
        MinutesChoice | None,
        BeforeValidator(_flag_or_json, json_schema_input_type=str),
        Field(default=None, description="`true`, `false`, or options of the minutes as JSON."),
    ]
    minutes_template: str | None = Field(
        default=None, pattern=TEMPLATE, description="Its name; the operator's where none is given."
    )
    minutes_language: str | None = Field(default=None, pattern=LANGUAGE, description="Language of the minutes.")

    def as_json(self, upload_id: str) -> JobRequest:
        """The same request as JSON has it. Raises ValidationError, InvalidOption."""
        flat = self.model_dump(include=set(OptionsRequest.model_fields) & self.model_fields_set)
        if flat and self.options is not None:
            raise InvalidOption("Options are given twice", "Give them as fields or as JSON in `options`.")
        minutes = self.minutes
        own = {"template": self.minutes_template, "language": self.minutes_language}
        own = {name: value for name, value in own.items() if value is not None}
        if own and minutes is not False:
            given = minutes.model_dump(exclude_unset=True) if isinstance(minutes, MinutesRequest) else {}
            minutes = MinutesRequest.model_validate(given | own)
        return JobRequest(
            upload_id=upload_id,
            options=self.options or OptionsRequest.model_validate(flat),
            minutes=minutes,
            **self.model_dump(include=set(Particulars.model_fields) & self.model_fields_set),
        )


def read_form(fields: Mapping[str, str]) -> JobForm:
    """The fields of a form; those left empty count as left out. Raises ValidationError."""
    return JobForm.model_validate({name: value for name, value in fields.items() if value.strip()})


def resolve(asked: JobRequest, settings: Settings, caller: Caller) -> Request:
    """The request with the operator's defaults, where the caller may make it. Raises InvalidOption, Forbidden."""
    check_particulars(asked, settings, caller)
    if "model" in asked.options.model_fields_set:
        _check_model(asked.options.model)
    defaults = {"model": settings.model, "diarize": settings.diarize}
    options = TranscriptionOptions.model_validate(defaults | asked.options.model_dump(exclude_unset=True))
    made = Request(
        options=options,
        minutes=_minutes(asked.minutes, settings),
        priority=asked.priority,
        notify_email=asked.notify_email,
        notify_attach=asked.notify_attach,
        webhook_url=asked.webhook_url,
        keep_recording=asked.keep_recording,
    )
    return replace(made, delete_after=asked.delete_after.timestamp()) if asked.delete_after else made


def check_particulars(asked: Particulars, settings: Settings, caller: Caller) -> None:
    """Whether the caller may ask for this, and it can be done. Raises InvalidOption, Forbidden."""
    if asked.priority != 0 and not caller.admin:
        raise Forbidden("Only administrators set a priority", "Leave it out.")
    if asked.notify_email is not None:
        check_mail_address(asked.notify_email)
        if settings.smtp_url is None:
            raise InvalidOption("This server sends no mail", "Leave notify_email out, or have STENO_SMTP_URL set.")
    if asked.webhook_url is not None:
        check_webhook_url(asked.webhook_url, settings)
    if asked.notify_attach is not None:
        check_attachments(asked.notify_attach, settings)
    if asked.delete_after is not None and asked.delete_after.timestamp() <= time.time():
        raise InvalidOption("delete_after lies in the past", "Give a later time.")
    if asked.delete_after is not None and asked.delete_after > _LAST:
        raise InvalidOption("delete_after lies where the calendar ends", "Give an earlier time, or leave it out.")


def _check_model(name: str) -> None:
    """What can be no model is refused at once, not when its turn has come."""
    if "/" not in name and name not in NAMES:
        cure = f"Known names: {', '.join(NAMES)}; or a Hugging Face id (owner/name)."
        raise UnknownModel(f"No model is called '{name}'", cure)


def _minutes(asked: bool | MinutesRequest | None, settings: Settings) -> MinutesOptions | None:
    if asked is None:
        asked = settings.llm_url is not None if settings.minutes is None else settings.minutes
    if asked is False:
        return None
    given = asked.model_dump(exclude_unset=True) if isinstance(asked, MinutesRequest) else {}
    if "template" in given:
        check_template_name(given["template"], settings.template_dir)
    return MinutesOptions.model_validate({"template": settings.template} | given)
