"""What the SDK raises, in our words: what may be asked otherwise, what failed, and what makes asking pointless."""

import re
from typing import TYPE_CHECKING

from steno.errors import AnswerFailed, EndpointUnusable
from steno.sayings.marking import said

if TYPE_CHECKING:
    import openai

_TOO_LONG = re.compile(
    r"context.{0,12}(?:length|window|size)|maximum.{0,20}(?:context|tokens)|too (?:long|many tokens|large)|"
    r"exceed.{0,40}(?:context|tokens|n_ctx)|n_ctx|reduce the length",
    re.I,
)
# llama.cpp says HTTP 500 where it cannot read its model's answer: bytes that are no UTF-8 (its #27543), an object that
# breaks off (#27279). The same question would be answered so again; one about less is another question.
_UNREADABLE = re.compile(r"output that does not match the expected \S+ format", re.I)


class ContextExceeded(Exception):
    """The question, or its answer, is more than the model or its server can do: ask in smaller parts."""


class Unreadable(Exception):
    """What came back is no answer: ask once more."""


class RequestRefused(Exception):
    """The endpoint does not take the request as it is written: ask in a plainer way."""


def translated(error: Exception, url: str) -> Exception:
    """The error of ours for one of the SDK, a TimeoutError, or a ValueError from an answer that is no JSON."""
    import openai

    if isinstance(error, (TimeoutError, openai.APITimeoutError)):
        return AnswerFailed(f"{url} gave no answer in its time", "Raise STENO_LLM_TIMEOUT, or run again.")
    if isinstance(error, openai.APIStatusError):
        return _of_status(error, url)
    if isinstance(error, openai.APIConnectionError):
        if _nobody_there(error):
            return EndpointUnusable(f"{url} cannot be reached", "Start it, or correct STENO_LLM_URL.")
        return AnswerFailed(f"{url} broke the connection", "Run again when it is well.")
    return Unreadable(said(f"{url} does not speak the protocol ({type(error).__name__})"))


def _of_status(error: "openai.APIStatusError", url: str) -> Exception:
    status = error.status_code
    if status in {401, 403}:
        return EndpointUnusable(f"{url} refuses the key", "Set STENO_LLM_API_KEY.")
    if status == 404:
        cure = said("Check STENO_LLM_URL (it usually ends in /v1) and STENO_LLM_MODEL.")
        return EndpointUnusable(f"{url} knows no such address or model", cure)
    if 300 <= status < 400:
        return EndpointUnusable(f"{url} points elsewhere", "Set STENO_LLM_URL to where it points.")
    if status == 413 or _TOO_LONG.search(error.message) or _UNREADABLE.search(error.message):
        return ContextExceeded(error.message)
    if status in {400, 422, 501}:  # 501: llama.cpp, of what it was started without
        return RequestRefused(" ".join(error.message.split())[:300])
    return AnswerFailed(f"{url} failed (HTTP {status})", "Run again when it is well.")


def _nobody_there(error: "openai.APIConnectionError") -> bool:
    """Whether there is no server at all, rather than one that breaks off."""
    cause: BaseException | None = error
    while cause is not None:
        if type(cause).__name__ == "ConnectError":
            return True
        cause = cause.__cause__ or cause.__context__
    return False
