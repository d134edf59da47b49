"""Dates of tasks that are said in a sentence of their own: 'Let's say by next Monday.'"""

from collections.abc import Sequence

from worker.summarization.offline.drafts import ASKED, Draft, Drafter
from worker.summarization.offline.sentences import Sentence

_SHORT = 9  # words of a sentence that says nothing but a date
_LONGER = 3  # stems beside the date in one that points at the task: 'It needs to be ready by Wednesday'
_NEAR = 3  # sentences after the task
_OWNER_WITHIN = 6  # sentences in which its owner may still answer until when


def _clause(text: str, spoken: str) -> str:
    """What stands between the commas around the date."""
    at = max(0, text.find(spoken))
    end = text.find(",", at + len(spoken))
    return text[text.rfind(",", 0, at) + 1 : end if end >= 0 else len(text)]


def add_date(sentence: Sentence, before: Sentence | None, drafts: Sequence[Draft], drafter: Drafter) -> bool:
    """Whether a sentence dates one of the latest drafts, which then has the date; `before` is the one before it."""
    due = drafter.due(sentence.text)
    if due is None or due.day is None or drafter.declines(sentence.text):
        return False
    clause = _clause(sentence.text, due.spoken)
    beside = len(drafter.stems_beside_due(clause))
    pointing = drafter.points(clause) and beside <= _LONGER
    brief = len(clause.split()) <= _SHORT and beside <= 1
    if not pointing and beside > _LONGER:
        return False
    recent = [one for one in drafts[-_OWNER_WITHIN:] if sentence.at - one.last.at <= _OWNER_WITHIN and not one.dropped]
    own = [one for one in recent if sentence.speaker is not None and one.owner == sentence.speaker]
    asked_when = before is not None and drafter.due(before.text) is not None
    answers = before is not None and before.text.endswith("?")  # perhaps about something else
    for draft in [*reversed(own), *reversed(recent)]:
        distance = sentence.at - draft.last.at
        near = distance <= _NEAR
        if not pointing and not brief and (draft not in own or distance > 1):
            continue  # 'I've got the second of October in my diary' is the speaker's own, just named
        haggling = near and sentence.text.endswith("?") and (draft.kind in ASKED | {"offer"} or draft in own)
        told = near and (pointing or asked_when or distance == 1 or (draft in own and not answers))
        dated = draft.due is not None and (draft.due.day is not None or not (pointing or asked_when))
        if haggling or (not dated and (told or (asked_when and draft in own))):
            draft.due = due
            draft.points += 1
            draft.proven_by(sentence)
            return True
    return False
