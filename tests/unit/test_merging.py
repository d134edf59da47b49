"""Merging: what is said twice, or read twice, becomes one statement with all its evidence."""

from datetime import date

from steno.minutes import ActionItem, Due, Evidence, Statement
from worker.summarization.merging import merged


def proof(*segments):
    return tuple(Evidence(start=n, end=n + 1, segment=n, quote=f"words of {n}") for n in segments)


def item(task, *segments, **parts):
    return ActionItem(task=task, evidence=proof(*segments), **parts)


def test_an_item_read_in_two_windows_is_one():
    twice = [item("send the revised budget to Carla", 7, owner="Ben"), item("send the budget", 7, 8, owner="Ben")]

    (one,) = merged(twice, "en")

    assert one.task == "send the revised budget to Carla"
    assert [proof.segment for proof in one.evidence] == [7, 8]


def test_a_recap_joins_with_what_it_recalls():
    said = [item("send the revised budget", 7), item("send the revised budget", 300, owner="Ben")]

    (one,) = merged(said, "en")

    assert one.owner == "Ben"
    assert [proof.segment for proof in one.evidence] == [7, 300]


def test_two_people_with_one_task_are_two_items():
    both = [item("read chapter three", 7, owner="Ben"), item("read chapter three", 7, owner="Anna")]

    assert len(merged(both, "en")) == 2


def test_different_tasks_of_one_sentence_are_two_items():
    both = [item("book the room", 7, owner="Ben"), item("order coffee", 7, owner="Ben")]

    assert len(merged(both, "en")) == 2


def test_the_date_that_means_a_day_is_kept():
    vague, clear = Due(spoken="soon"), Due(spoken="by Friday", day=date(2026, 3, 6))

    (one,) = merged([item("send the budget", 7, due=vague), item("send the budget", 7, due=clear)], "en")

    assert one.due == clear


def test_a_doubt_goes_where_another_reading_has_none():
    doubted = Statement(text="The launch is on 5 May", evidence=proof(3), doubts=("5 was not said there",))
    sure = Statement(text="The launch is on 5 May", evidence=proof(3, 4))

    (one,) = merged([doubted, sure], "en")

    assert one.verified


def test_statements_are_in_order_of_time():
    late, early = Statement(text="Second thing decided", evidence=proof(9)), Statement(text="First", evidence=proof(2))

    assert [one.text for one in merged([late, early], "en")] == ["First", "Second thing decided"]
