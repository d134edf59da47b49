"""Questions with answers of a shape: taken from the cache, asked, asked once more where an answer cannot be read."""

from collections.abc import Sequence
from dataclasses import dataclass

from steno.errors import AnswerFailed
from worker.summarization.language_model.answers import Shape, is_whole, read, schema
from worker.summarization.language_model.cache import AnswerCache, question_key
from worker.summarization.language_model.dialect import Message
from worker.summarization.language_model.endpoint import Endpoint
from worker.summarization.language_model.faults import ContextExceeded, Unreadable
from worker.summarization.language_model.prompts import corrected

# No tokenizer of today makes so few tokens of so many bytes: the server has read a part only, as Ollama does with more
# than its num_ctx, in silence.
_MOST_BYTES_A_TOKEN = 8.0


@dataclass
class Budget:
    """How many questions may still be asked: a model that never answers well must not be asked for ever."""

    left: int

    def has(self, questions: int) -> bool:
        """Whether so many may still be asked."""
        return self.left >= questions

    def take(self) -> None:
        """Count a question. Raises AnswerFailed where there were too many."""
        if self.left <= 0:
            raise AnswerFailed("The language model was asked too often for one recording", "Try another model.")
        self.left -= 1


@dataclass
class Conversation:
    """Questions about one recording to one endpoint. `cached` counts answers of earlier runs, `mended` broken ones."""

    endpoint: Endpoint
    cache: AnswerCache
    budget: Budget
    max_tokens: int
    cached: int = 0
    mended: int = 0

    async def ask(self, messages: Sequence[Message], shape: type[Shape]) -> Shape:
        """The answer. Raises ContextExceeded, AnswerFailed, EndpointUnusable."""
        wanted = schema(shape)
        model = await self.endpoint.model()
        key = question_key(self.endpoint.address.url, model, messages, wanted, self.max_tokens)
        known = self.cache.get(key)
        if known is not None:
            self.cached += 1
            return read(known, shape)
        asked, mended = list(messages), None
        for _ in range(2):
            self.budget.take()
            try:
                answer = await self.endpoint.ask(asked, wanted, max_tokens=self.max_tokens)
                length = sum(len(message["content"].encode()) for message in asked)
                if answer.prompt_tokens is not None and answer.prompt_tokens * _MOST_BYTES_A_TOKEN < length:
                    raise ContextExceeded("the endpoint cut the question")
                found = read(answer.text, shape)
            except Unreadable as unreadable:
                problem = str(unreadable)
            else:
                if is_whole(answer.text):
                    self.cache.put(key, answer.text)
                    return found
                mended, problem = found, "it was broken JSON"
            asked = corrected(messages, problem)
        if mended is None:
            raise AnswerFailed(f"The language model's answer cannot be read: {problem}", "Try another model.")
        self.mended += 1
        return mended
