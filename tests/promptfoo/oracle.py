"""Two models of known worth, for trying the comparison out: `python -m tests.promptfoo.oracle COMMAND...`.

`oracle` answers from the reference, `half` leaves out every second statement. The command's environment names them.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from steno.evaluation.golden import read_golden
from tests.endpoint import Asked, Endpoint, Oracle, serving
from tests.promptfoo.cases import ROOT
from worker.summarization.language_model.windows import neutral


@dataclass(frozen=True)
class Library:
    """Answers for the meeting that the shown lines are of. `keep` may leave out some of the statements."""

    meetings: dict[frozenset[str], Oracle]
    keep: Callable[[list], list]

    def __call__(self, asked: Asked) -> dict:
        shown = {words for _, words in asked.lines.values()}
        answer = self.meetings[max(self.meetings, key=lambda said: len(said & shown))](asked)
        return answer | {kind: self.keep(answer[kind]) for kind in ("decisions", "action_items")}


def main(command: list[str]) -> int:
    """Run a command beside the two models."""
    meetings = {}
    for path in sorted((ROOT / os.environ.get("GOLDEN", "tests/golden")).glob("*.txt")):
        golden = read_golden(path)
        meetings[frozenset(neutral(segment.text) for segment in golden.transcript.segments)] = Oracle(golden)
    with (
        serving(Endpoint(Library(meetings, lambda said: said), models=("oracle",))) as oracle,
        serving(Endpoint(Library(meetings, lambda said: said[::2]), models=("half",))) as half,
    ):
        models = {
            "STENO_LLM_URL": oracle.url,
            "STENO_LLM_MODEL": "oracle",
            "STENO_LLM_STRONG_URL": half.url,
            "STENO_LLM_STRONG_MODEL": "half",
        }
        return subprocess.run(command, env=os.environ | models, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
