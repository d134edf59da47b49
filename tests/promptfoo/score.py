"""How good an answer is: read, checked and measured by Steno's own code, as if it stood in minutes."""

import json
from datetime import UTC, datetime

from steno import __version__
from steno.evaluation.minutes import MinutesEvaluation, evaluate_minutes
from steno.minutes import Account, Minutes, MinutesProvenance
from tests.promptfoo.cases import Case, case
from worker.summarization.content import Content
from worker.summarization.evidence import Checker
from worker.summarization.language_model.answers import Extraction, read
from worker.summarization.language_model.faults import Unreadable
from worker.summarization.language_model.reading import checked
from worker.summarization.merging import merged
from worker.summarization.people import people


def get_assert(output: str | dict, context: dict) -> dict:
    """promptfoo's assertion: passes where the F1 of action items and decisions together reaches `threshold`."""
    asked = case(context["vars"])
    # promptfoo has already parsed an answer that is nothing but JSON.
    text = output if isinstance(output, str) else json.dumps(output)
    system = json.loads(context["prompt"])[0]["content"]
    try:
        if context.get("providerResponse", {}).get("finishReason") == "length":
            raise Unreadable("the answer was cut")
        content, problem = _content(asked, text, system), None
    except Unreadable as malformed:
        content, problem = Content(), str(malformed)
    measured = evaluate_minutes(asked.golden, _minutes(asked, content))
    counts = _counts(measured)
    right = counts["items_right"] + counts["decisions_right"]
    of = sum(counts[f"{kind}_{side}"] for kind in ("items", "decisions") for side in ("found", "expected"))
    score = 0.0 if problem else 2 * right / of if of else 1.0
    shares = {
        "items F1": measured.actions.f1,
        "decisions F1": measured.decisions.f1,
        "evidence": counts["borne"] / counts["claimed"] if counts["claimed"] else 1.0,
    }
    return {
        "pass": problem is None and score >= context["config"]["threshold"],
        "score": score,
        "reason": problem or ", ".join(f"{name} {share:.2f}" for name, share in shares.items()),
        "namedScores": shares | counts | {"unreadable": int(problem is not None)},
    }


def _content(asked: Case, text: str, system: str) -> Content:
    """What of the answer Steno would keep. Raises Unreadable."""
    transcript = asked.golden.transcript
    recorded, language = transcript.provenance.recorded, transcript.language
    checker = Checker(transcript, people(transcript), recorded, language, instructions=system)
    return checked(read(text, Extraction), asked.window.segments, checker)


def _minutes(asked: Case, content: Content) -> Minutes:
    """Minutes of the window; its points stand for a summary."""
    language, source = asked.golden.transcript.language, asked.golden.transcript.provenance
    return Minutes(
        language=language,
        title="",
        summary=tuple(content.points),
        decisions=tuple(merged(content.decisions, language)),
        open_questions=tuple(merged(content.open_questions, language)),
        action_items=tuple(merged(content.action_items, language)),
        duration=asked.golden.transcript.duration,
        provenance=MinutesProvenance(
            steno_version=__version__,
            method="language model",
            template="",
            template_version="",
            transcript_sha256=source.recording_sha256,
            recording_name=source.recording_name,
            recording_sha256=source.recording_sha256,
            recorded=source.recorded,
            created=datetime.now(UTC),
            account=Account(dropped=content.dropped),
        ),
    )


def _counts(measured: MinutesEvaluation) -> dict[str, int]:
    """What totals are made of. What Steno drops was claimed without evidence."""
    counts = {"borne": measured.evidence.count, "claimed": measured.evidence.of + measured.dropped}
    for kind, score in (("items", measured.actions), ("decisions", measured.decisions)):
        counts |= {f"{kind}_found": score.found, f"{kind}_right": score.right, f"{kind}_expected": score.expected}
    return counts
