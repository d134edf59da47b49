"""Is there a language model, and does it answer? For `steno doctor`."""

import asyncio
import tempfile
from pathlib import Path

from steno.config import Settings
from steno.errors import AnswerFailed
from worker.summarization.language_model.answers import Reply, read, schema
from worker.summarization.language_model.dialect import Memory
from worker.summarization.language_model.endpoint import Endpoint
from worker.summarization.language_model.faults import ContextExceeded, Unreadable
from worker.summarization.language_model.minutes import address, limits

_SYSTEM = 'Answer with a JSON object {"sentences": [{"text": ..., "lines": [...]}]} with one sentence.'
_QUESTION = "[1] Anna: The meeting is on Friday.\nQuestion: when is the meeting?"


def greet(settings: Settings) -> str:
    """The model's name and how it is asked. Raises EndpointUnusable, AnswerFailed."""
    return asyncio.run(_greet(settings))


async def _greet(settings: Settings) -> str:
    messages = [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": _QUESTION}]
    with tempfile.TemporaryDirectory() as folder:
        memory = Memory(Path(folder))
        here = address(settings)
        async with Endpoint(here, limits(settings), memory) as endpoint:
            model = await endpoint.model()
            try:
                answer = await endpoint.ask(messages, schema(Reply), max_tokens=512)
                read(answer.text, Reply)
            except (ContextExceeded, Unreadable) as error:
                raise AnswerFailed(
                    f"{model} gives no answer of the shape asked for ({error})", "Try another."
                ) from error
        return f"{model}, asked by {memory.recall(here.url, model).mode},"
