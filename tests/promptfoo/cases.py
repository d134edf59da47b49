"""The cases of a comparison: every window of every golden meeting, cut as Steno cuts it."""

from dataclasses import dataclass, replace
from pathlib import Path

from steno.config import load_settings
from steno.evaluation.golden import GoldenMeeting, read_golden
from worker.summarization.injection import addressing
from worker.summarization.language_model.cutting import Sizes, cut
from worker.summarization.language_model.prompts import Prompts
from worker.summarization.language_model.windows import Window
from worker.summarization.templates import load_template

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Case:
    """A window of a golden meeting. Of the reference `golden` keeps what the window shows any proof of."""

    golden: GoldenMeeting
    window: Window


def cases(config: dict) -> list[dict]:
    """promptfoo's tests. Windows fit the longest of the templates, so that all of them see the same lines."""
    tests = []
    for path in sorted((ROOT / config["golden"]).glob("*.txt")):
        golden = read_golden(path)
        room = min(_sizes(prompts(golden, template)).shown for template in config["templates"])
        shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        parts = _windows(golden, room)
        tests += [
            {
                "description": f"{golden.name} {number}/{len(parts)}",
                "vars": {"golden": str(shown), "room": room, "window": number},
                "metadata": {"language": golden.transcript.language},
            }
            for number in range(1, len(parts) + 1)
        ]
    return tests


def case(variables: dict) -> Case:
    """The case that promptfoo's variables name."""
    golden = read_golden(ROOT / variables["golden"])
    window = _windows(golden, int(variables["room"]))[int(variables["window"]) - 1]
    kinds = {"actions": golden.actions, "decisions": golden.decisions, "questions": golden.questions}
    here = {kind: tuple(one for one in all_ if one.segments & window.segments) for kind, all_ in kinds.items()}
    return Case(replace(golden, **here), window)


def prompts(golden: GoldenMeeting, template: str) -> Prompts:
    """What Steno says to a language model about a golden meeting, whose day is always known."""
    transcript = golden.transcript
    loaded = load_template(template, load_settings().template_dir)
    return Prompts(transcript, loaded, transcript.language, transcript.provenance.recorded)


def answer_tokens(said: Prompts) -> int:
    """The longest answer that is asked for."""
    return _sizes(said).answer


def _sizes(said: Prompts) -> Sizes:
    return Sizes.of(load_settings().llm_context, said)


def _windows(golden: GoldenMeeting, room: int) -> list[Window]:
    return cut(golden.transcript, addressing(golden.transcript.segments), room)
