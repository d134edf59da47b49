"""One OpenAI-compatible endpoint: a question goes out, an answer or a clear reason comes back, in bounded time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from steno.errors import AnswerFailed, EndpointUnusable, MissingProgram
from worker.summarization.language_model.dialect import Dialect, Memory, Message
from worker.summarization.language_model.faults import ContextExceeded, RequestRefused, Unreadable, translated

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletion

T = TypeVar("T")
_NO_KEY = "none"  # the SDK insists on one; servers without keys ignore it


@dataclass(frozen=True)
class Answer:
    """What the model said. `prompt_tokens` where the endpoint counts them."""

    text: str
    prompt_tokens: int | None = None


@dataclass(frozen=True)
class Address:
    """Where a language model is."""

    url: str
    api_key: str | None
    model: str | None


@dataclass(frozen=True)
class Limits:
    """Seconds for one answer and until `deadline` (a time.monotonic() value) for all; retries; questions at once."""

    timeout: float
    deadline: float
    retries: int
    concurrency: int


class Endpoint(AbstractAsyncContextManager["Endpoint"]):
    """A language model, to be used in one event loop: `async with Endpoint(...) as endpoint`.

    `requests` counts what was sent, repetitions by the SDK included. The SDK repeats what may succeed later (timeouts,
    lost connections, 408, 409, 429 after the time the server names, 5xx).
    """

    def __init__(self, address: Address, limits: Limits, memory: Memory) -> None:
        try:
            import openai
        except ModuleNotFoundError as error:
            raise MissingProgram(
                "A language model needs the library openai", "Install it: pip install 'steno[minutes]'"
            ) from error
        self.address, self._limits, self._memory = address, limits, memory
        self.requests = 0
        self._model = address.model
        self._turn = asyncio.Semaphore(limits.concurrency)
        self._unusable: EndpointUnusable | None = None
        self._client = openai.AsyncOpenAI(
            base_url=address.url,
            api_key=address.api_key or _NO_KEY,
            organization=None,
            timeout=limits.timeout,
            max_retries=limits.retries,
            # A redirect would carry the transcript to a machine that nobody named.
            http_client=openai.DefaultAsyncHttpxClient(
                follow_redirects=False, event_hooks={"request": [self._count]}, timeout=limits.timeout
            ),
        )

    async def model(self) -> str:
        """The model's name; the only one the endpoint offers where none is set. Raises EndpointUnusable."""
        if self._model is None:
            try:
                listed = await self._bounded(self._client.models.list)
                offered = sorted(model.id for model in listed.data)
            except (AnswerFailed, Unreadable, AttributeError, TypeError) as error:
                raise EndpointUnusable(
                    f"{self.address.url} does not say which models it has", "Set STENO_LLM_MODEL."
                ) from error
            if len(offered) != 1:
                names = ", ".join(offered[:8]) or "none"
                raise EndpointUnusable(
                    f"{self.address.url} offers several models or none ({names})", "Set STENO_LLM_MODEL."
                )
            self._model = offered[0]
        return self._model

    async def ask(self, messages: list[Message], schema: dict[str, Any], *, max_tokens: int) -> Answer:
        """The answer to `messages` (the first is the system message, the second the user's).

        `max_tokens` bounds the answer. Raises ContextExceeded, Unreadable, AnswerFailed, or EndpointUnusable;
        after the last one every further question fails at once.
        """
        model = await self.model()
        while True:
            dialect = self._memory.recall(self.address.url, model)
            parameters = dialect.parameters(messages, schema, max_tokens)
            try:
                async with self._turn:
                    completion: ChatCompletion = await self._bounded(
                        partial(self._client.chat.completions.create, model=model, **parameters)
                    )
            except RequestRefused as refusal:
                await self._plainer(model, dialect, str(refusal))
                continue
            self._memory.remember(self.address.url, model, dialect)
            return _answer(completion)

    async def embed(self, model: str, texts: list[str]) -> list[list[float]]:
        """A vector for each text. Raises AnswerFailed, EndpointUnusable."""
        async with self._turn:
            try:
                response = await self._bounded(lambda: self._client.embeddings.create(model=model, input=texts))
                vectors = [one.embedding for one in sorted(response.data, key=lambda one: one.index)]
            except (RequestRefused, ContextExceeded, Unreadable, AttributeError, TypeError) as error:
                raise AnswerFailed(
                    f"{self.address.url} gives no embeddings: {error}", "Check the model's name."
                ) from error
        if len(vectors) != len(texts):
            raise AnswerFailed(
                f"{self.address.url} gave {len(vectors)} embeddings for {len(texts)} texts", "Try again."
            )
        return vectors

    async def _plainer(self, model: str, tried: Dialect, reason: str) -> None:
        if self._memory.recall(self.address.url, model) != tried:
            return  # another question found out meanwhile
        dialect = tried.after_refusal(reason)
        if dialect is None:
            self._unusable = EndpointUnusable(
                f"{self.address.url} refuses the question ({reason})", "Check its log and STENO_LLM_MODEL."
            )
            raise self._unusable
        self._memory.try_out(self.address.url, model, dialect)

    async def _bounded(self, send: Callable[[], Awaitable[T]]) -> T:
        """`send`'s result. Whatever the server does, the time is bounded and the error is ours."""
        from openai import OpenAIError

        if self._unusable is not None:
            raise self._unusable
        left = self._limits.deadline - monotonic()
        if left <= 0:
            raise AnswerFailed("The time for all answers is over", "Raise STENO_LLM_DEADLINE, or run again.")
        try:
            async with asyncio.timeout(min(left, self._limits.timeout * (self._limits.retries + 1))):
                return await send()
        except (TimeoutError, OpenAIError, ValueError) as error:
            fault = translated(error, self.address.url)
            if isinstance(fault, EndpointUnusable):
                self._unusable = fault
            raise fault from error

    async def _count(self, request: object) -> None:
        del request
        self.requests += 1

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()


def _answer(completion: "ChatCompletion") -> Answer:
    choices = getattr(completion, "choices", None)
    if not choices or getattr(choices[0], "message", None) is None:
        raise Unreadable("an answer without content")
    choice = choices[0]
    text = choice.message.content
    if choice.finish_reason == "length":
        raise ContextExceeded("the answer was cut")
    if not isinstance(text, str) or not text.strip():
        refusal = getattr(choice.message, "refusal", None)
        said = f" ({str(refusal)[:100]})" if refusal else ""
        raise Unreadable(f"no text{said}")
    return Answer(text, completion.usage.prompt_tokens if completion.usage is not None else None)
