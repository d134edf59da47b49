"""The models that may be asked for, by Steno's names. One that is not here yet is downloaded where that is allowed."""

import re
from typing import Literal

from pydantic import BaseModel

from steno.config import Settings
from steno.errors import UnknownModel
from steno.model_names import NAMES

# What programs made for OpenAI ask for, many without being told to: the model that the operator chose is meant.
DEFAULT = "whisper-1"
_OPENAI = re.compile(r"whisper(-1)?|gpt-([a-z0-9.]+-)*transcribe(-[a-z0-9]+)*")
_ELSEWHERE = "whisper-"  # other servers of Whisper put this before Steno's names
_NAMES = (DEFAULT, *NAMES)


class Model(BaseModel):
    """A model, as OpenAI describes one. Nobody knows when it was created."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "steno"


class ModelList(BaseModel):
    """All of them."""

    object: Literal["list"] = "list"
    data: list[Model]


def every_model() -> ModelList:
    """Those with a name. Others (`owner/name` at Hugging Face) may be asked for where the operator lets them in."""
    return ModelList(data=[Model(id=name) for name in _NAMES])


def model_named(name: str) -> Model:
    """The model of that name, also of one that is only understood. Raises UnknownModel."""
    _own_name(name)
    return Model(id=name)


def resolve(name: str, settings: Settings) -> str:
    """What a job calls the model. Raises UnknownModel."""
    return name if "/" in name else _own_name(name) or settings.model


def _own_name(name: str) -> str | None:
    """Steno's name for it; None where it is the operator's choice."""
    if name == "auto" or _OPENAI.fullmatch(name):
        return None
    own = name.removeprefix(_ELSEWHERE)
    if own not in NAMES:
        raise UnknownModel("There is no model of this name", f"Known: {', '.join(_NAMES)}.")
    return own
