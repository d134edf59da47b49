"""What an endpoint understands: found out by asking, and remembered.

Servers that speak the OpenAI protocol differ in how they are told the shape of an answer, in the names of parameters
and in the roles they know. A refused request is sent again in the next plainer way.
"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from steno.storage import write_atomically

Mode = Literal["json_schema", "json_object", "text"]
_PLAINER: dict[Mode, Mode] = {"json_schema": "json_object", "json_object": "text"}
Message = dict[str, str]


@dataclass(frozen=True)
class Dialect:
    """How to ask an endpoint: the mode of structured output, and what it refused."""

    mode: Mode = "json_schema"
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    temperature: bool = True
    system_role: bool = True

    def after_refusal(self, reason: str) -> "Dialect | None":
        """The next way to ask, from what the endpoint says it does not like; None where nothing is left to try."""
        if self.limit == "max_tokens" and re.search(r"max_tokens|max_completion_tokens", reason):
            return replace(self, limit="max_completion_tokens")
        if self.temperature and "temperature" in reason:
            return replace(self, temperature=False)
        if self.system_role and re.search(
            r"system (?:role|message|prompt)|role.{0,20}system|roles must alternate", reason
        ):
            return replace(self, system_role=False)
        plainer = _PLAINER.get(self.mode)
        return replace(self, mode=plainer) if plainer is not None else None

    def parameters(self, messages: list[Message], schema: dict[str, Any], max_tokens: int) -> dict[str, Any]:
        """The request's parameters. Where no schema can be sent it stands in the system message."""
        if self.mode != "json_schema":
            shape = json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
            told = (
                f"{messages[0]['content']}\n\nAnswer with one JSON object, nothing else, by this JSON Schema:\n{shape}"
            )
            messages = [{**messages[0], "content": told}, *messages[1:]]
        if not self.system_role:
            first, second, *rest = messages
            messages = [{"role": "user", "content": f"{first['content']}\n\n{second['content']}"}, *rest]
        parameters: dict[str, Any] = {"messages": messages, self.limit: max_tokens}
        if self.temperature:
            parameters["temperature"] = 0.0
        if self.mode == "json_schema":
            parameters["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": True, "schema": schema},
            }
        elif self.mode == "json_object":
            parameters["response_format"] = {"type": "json_object"}
        return parameters


@dataclass
class Memory:
    """Remembers the dialect of each endpoint and model in a file."""

    folder: Path
    _known: dict[str, Dialect] = field(default_factory=dict)

    def recall(self, url: str, model: str) -> Dialect:
        """The dialect known to work, else the richest."""
        key = self._key(url, model)
        if key not in self._known:
            self._known[key] = self._read(key)
        return self._known[key]

    def try_out(self, url: str, model: str, dialect: Dialect) -> None:
        """Ask in another way from now on."""
        self._known[self._key(url, model)] = dialect

    def remember(self, url: str, model: str, dialect: Dialect) -> None:
        """Keep, for later runs too, what worked."""
        key = self._key(url, model)
        self._known[key] = dialect
        if self._read(key) != dialect:
            write_atomically(self._file(key), json.dumps(asdict(dialect)).encode())

    def _read(self, key: str) -> Dialect:
        try:
            return Dialect(**json.loads(self._file(key).read_bytes()))
        except (OSError, ValueError, TypeError):  # never asked, or written by another version
            return Dialect()

    def _file(self, key: str) -> Path:
        return self.folder / f"{key}.json"

    @staticmethod
    def _key(url: str, model: str) -> str:
        return hashlib.sha256(f"{url}\n{model}".encode()).hexdigest()[:32]
