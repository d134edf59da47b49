"""The models that may be asked for, by Steno's names. One that is not here yet is downloaded where that is allowed."""

from typing import Literal

from pydantic import BaseModel

from steno.config import Settings
from steno.errors import UnknownModel
from steno.model_names import NAMES

# What programs made for OpenAI ask for, and Steno's own word for it: the model that the operator chose.
_CHOSEN = ("whisper-1", "auto")
_NAMES = ("whisper-1", *NAMES)


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
    """The model of that name. Raises UnknownModel."""
    if name not in _NAMES:
        raise UnknownModel("There is no model of this name", f"Known: {', '.join(_NAMES)}.")
    return Model(id=name)


def resolve(name: str, settings: Settings) -> str:
    """What a job calls the model. Raises UnknownModel."""
    if name in _CHOSEN:
        return settings.model
    return name if "/" in name else model_named(name).id
