"""Decisions and open questions by rules: what people say when they decide, and when nobody knows."""

from pathlib import Path

import pytest

from steno.evaluation.golden import read_golden
from tests.unit.dialogues import dialogue, patterns
from worker.summarization.offline.claims import Claim
from worker.summarization.offline.decisions import find_decisions
from worker.summarization.offline.questions import find_questions
from worker.summarization.offline.sentences import sentences

GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("*.txt"))


def decisions(language: str, *lines: str) -> list[Claim]:
    transcript = dialogue(language, lines)
    return find_decisions(sentences(transcript), patterns(transcript), language)


def questions(language: str, *lines: str) -> list[Claim]:
    transcript = dialogue(language, lines)
    return find_questions(sentences(transcript), patterns(transcript), language)


def ids(claim: Claim) -> list[int]:
    return [sentence.segment.id for sentence in claim.sentences]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "We have agreed to hire two more people."),
        ("en", "Alright, we'll postpone the trip until June."),
        ("en", "OK, so we're going with option B."),
        ("en", "It was decided that we close the shop on Sundays."),
        ("en", "We won't renew the lease."),
        ("en", "Motion carried unanimously."),
        ("en", "Fine, Tuesday it is."),
        ("en", "Then the picnic is cancelled."),
        ("en", "Okay, so safeguarding becomes a standing item."),
        ("en", "Then the policy's adopted with both changes."),
        ("en", "From now on every complaint is answered within five days."),
        ("en", "Nobody enters the shaft alone, starting on Monday."),
        ("de", "Wir haben beschlossen, den Laden am Sonntag zu schließen."),
        ("de", "Dann verschieben wir die Reise auf Juni."),
        ("de", "Der Vorstand hat den Haushalt genehmigt."),
        ("de", "Es bleibt also bei der blauen Variante."),
        ("de", "Somit ist der Ausflug abgesagt."),
        ("de", "Also gut, das Umspannwerk wird vorgezogen."),
        ("de", "Gut, in Schächte geht nachts keiner mehr allein, ab sofort."),
        ("de", "Am Moorweg legen wir keine neuen Masten."),
        ("de", "Dann ist das hiermit freigegeben, die 18.000 für den Gutachter gehen in Ordnung."),
        ("sv", "Från och med nu gäller dubbla lås på lagret."),
        ("sv", "Vi har beslutat att stänga butiken på söndagar."),
        ("sv", "Då skjuter vi upp resan till juni."),
        ("sv", "Okej, vi tar alternativ B."),
        ("sv", "Då är det bestämt, vi träffas på torsdag."),
        ("fi", "Tästä lähtien laskut maksetaan kerran viikossa."),
        ("fi", "Päätimme sulkea kaupan sunnuntaisin."),
        ("fi", "Siirretään matka kesäkuulle."),
        ("fi", "Sovitaan, että tavataan torstaina kello yhdeksän."),
        ("fi", "No niin, palkataan kaksi ihmistä lisää."),
    ],
)
def test_a_decision_is_known_by_how_it_is_said(language, said):
    found = decisions(language, "A: Hm.", f"B: {said}", "A: Mm.")

    assert [ids(claim) for claim in found] == [[1]]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "We decided that last year."),
        ("en", "We haven't decided yet."),
        ("en", "If we had the money, we'd buy a van."),
        ("en", "Let's move on to the next item."),
        ("en", "We'll see how it goes."),
        ("en", "So we keep getting complaints about the noise."),
        ("en", "Let's leave that one open."),
        ("de", "Das haben wir noch nicht entschieden."),
        ("de", "Dann machen wir mit dem nächsten Punkt weiter."),
        ("de", "Dann müssen wir mal schauen."),
        ("de", "Vielleicht verschieben wir die Reise."),
        ("sv", "Vi har inte bestämt det än."),
        ("sv", "Då går vi vidare till nästa punkt."),
        ("sv", "Då har vi ett problem."),
        ("fi", "Viime vuonna päätettiin sulkea kauppa."),
        ("fi", "Siirrytään seuraavaan kohtaan."),
        ("fi", "Tänään on hieno sää."),
        ("fi", "Pidetään pieni tauko."),
    ],
)
def test_what_only_sounds_like_a_decision_is_none(language, said):
    assert decisions(language, "A: Hm.", f"B: {said}", "A: Mm.") == []


def test_the_words_that_agree_are_evidence_too():
    (found,) = decisions("en", "A: We'll postpone the trip until June.", "B: Works for me.", "C: Next, the budget.")

    assert (found.text, ids(found)) == ("We'll postpone the trip until June.", [0, 1])


def test_that_is_settled_points_at_the_sentence_before():
    (found,) = decisions("en", "A: The picnic is at the lake.", "B: Sounds good.", "A: Okay, that's decided then.")

    assert (found.text, ids(found)) == ("The picnic is at the lake.", [0, 2])


def test_a_proposal_needs_somebody_else_to_agree():
    proposal = "A: How about Tuesday the ninth at noon?"

    assert [ids(claim) for claim in decisions("en", proposal, "B: Yeah, that's good.")] == [[0, 1]]
    assert decisions("en", proposal, "B: No, I can't.") == []
    assert decisions("en", proposal, "A: Yes.") == []


def test_a_decision_said_twice_is_one():
    found = decisions(
        "de",
        "A: Dann verschieben wir die Reise auf Juni.",
        "B: Der Bus ist ohnehin kaputt.",
        "A: Also verschieben wir die Reise auf den zehnten Juni.",
    )

    assert [(claim.text, ids(claim)) for claim in found] == [
        ("Also verschieben wir die Reise auf den zehnten Juni.", [0, 2])
    ]


@pytest.mark.parametrize(
    ("language", "lines", "evidence"),
    [
        ("en", ["A: Who will chair the next session?", "B: No idea."], [0, 1]),
        ("en", ["A: It's still unclear where the money comes from."], [0]),
        ("en", ["A: We still don't know whether the permit covers weekends."], [0]),
        ("en", ["A: What happens with the old machines?", "B: That's an open question."], [0, 1]),
        ("de", ["A: Wer leitet die nächste Sitzung?", "B: Keine Ahnung."], [0, 1]),
        ("de", ["A: Was passiert mit den alten Maschinen?", "B: Das bleibt offen."], [0, 1]),
        ("sv", ["A: Vem leder nästa möte?", "B: Ingen aning."], [0, 1]),
        ("sv", ["A: Vi vet inte om tillståndet gäller på helger."], [0]),
        ("fi", ["A: Kuka vetää seuraavan kokouksen?", "B: Ei aavistustakaan."], [0, 1]),
        ("fi", ["A: Mitä vanhoille koneille tapahtuu?", "B: Se jää auki."], [0, 1]),
    ],
)
def test_a_question_is_open_when_nobody_knows(language, lines, evidence):
    assert [ids(claim) for claim in questions(language, *lines)] == [evidence]


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("en", ["A: Who will chair the next session?", "B: Sarah will."]),
        ("en", ["A: Could you send me the file?", "B: I don't know where it is."]),
        ("en", ["A: Where is the key?", "B: I don't know.", "C: It's in the drawer.", "A: Oh great, thanks."]),
        ("en", ["A: Nice weather, isn't it?", "B: I don't know."]),
        ("en", ["A: The shop is open until six."]),
        ("de", ["A: Der Laden ist bis sechs offen."]),
        ("de", ["A: Wo ist der Schlüssel?", "B: Keine Ahnung.", "C: In der Schublade.", "A: Ah, super, danke."]),
        ("sv", ["A: Butiken är öppen till sex."]),
        ("fi", ["A: Kauppa on auki kuuteen."]),
    ],
)
def test_answered_questions_requests_and_remarks_are_not_open(language, lines):
    assert questions(language, *lines) == []


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_evidence_is_of_the_transcript_and_in_order(path):
    transcript = read_golden(path).transcript
    spoken, known = sentences(transcript), patterns(transcript)

    for find in (find_decisions, find_questions):
        found = find(spoken, known, transcript.language)
        assert found == find(spoken, known, transcript.language)
        for claim in found:
            assert claim.text
            assert set(claim.sentences) <= set(spoken)
            assert [one.at for one in claim.sentences] == sorted({one.at for one in claim.sentences})


@pytest.mark.parametrize("text", ["so " * 3000, "then we'll " * 2000, "eli " * 3000 + "mennään", "a" * 20000])
@pytest.mark.parametrize("language", ["en", "fi", "sv", "de"])
def test_speech_without_a_full_stop_is_passed_over(language, text):
    assert decisions(language, f"A: {text}") == questions(language, f"A: {text}") == []
