"""Action items by rules: short dialogues, and who is to do what by when in them."""

import pytest

from steno.transcript import Transcript
from tests.unit.dialogues import MONDAY, dialogue
from worker.summarization.languages import phrases
from worker.summarization.offline.actions import find_actions
from worker.summarization.offline.drafts import Draft
from worker.summarization.offline.patterns import Patterns
from worker.summarization.offline.sentences import sentences
from worker.summarization.people import people

# language, dialogue, owner, task, due as spoken
ITEMS = [
    # One says what one will do
    ("en", "A: I'll get the contract signed by Friday.", "A", "get the contract signed", "by Friday"),
    ("en", "A: Let me check with the bank and get back to you.", "A", "check with the bank and get back to you", None),
    ("en", "A: I'm gonna need to talk to legal about the clause.", "A", "talk to legal about the clause", None),
    ("de", "A: Ich schicke euch das Protokoll bis Freitag.", "A", "schicke euch das Protokoll", "bis Freitag"),
    ("de", "A: Um die Einladungen kümmere ich mich.", "A", "Um die Einladungen kümmere ich mich", None),
    ("de", "A: Dann frage ich beim Lieferanten nach.", "A", "frage beim Lieferanten nach", None),
    ("fi", "A: Mä lähetän sen raportin perjantaihin mennessä.", "A", "lähetän sen raportin", "perjantaihin mennessä"),
    ("fi", "A: Kutsut lähetän vielä tänään.", "A", "Kutsut lähetän", "vielä tänään"),
    ("fi", "A: Mun täytyy vielä kysyä vakuutusyhtiöltä.", "A", "kysyä vakuutusyhtiöltä", None),
    ("sv", "A: Jag skickar protokollet senast på fredag.", "A", "skickar protokollet", "senast på fredag"),
    ("sv", "A: Sen ska jag höra med banken om lånet.", "A", "höra med banken om lånet", None),
    ("sv", "A: Då skickar jag ut den nya listan.", "A", "skickar ut den nya listan", None),
    ("en", "A: I'd better redo the claim form.", "A", "redo the claim form", None),
    ("en", "A: What I'm going to do is ask the tenants.", "A", "ask the tenants", None),
    ("de", "A: Dann sage ich dem Makler ab.", "A", "sage dem Makler ab", None),
    ("fi", "A: Mä ajattelin soittaa vakuutusyhtiöön.", "A", "soittaa vakuutusyhtiöön", None),
    ("sv", "A: Det är nog bäst att jag frågar banken.", "A", "frågar banken", None),
    # A verb of which only the day says that it is a task
    ("en", "A: I'm getting a joiner out on Thursday.", "A", "getting a joiner out", "on Thursday"),
    ("de", "A: Ich besuche den Kunden am Donnerstag.", "A", "besuche den Kunden", "am Donnerstag"),
    ("fi", "A: Paketoin ne perjantaiksi.", "A", "Paketoin ne", "perjantaiksi"),
    ("sv", "A: Jag inventerar lagret på torsdag.", "A", "inventerar lagret", "på torsdag"),
    # Somebody will have it
    ("en", "A: You'll have the draft by Friday.", "A", "have the draft", "by Friday"),
    ("de", "A: Den Bericht kriegt ihr am Montag.", "A", "Den Bericht kriegt ihr", "am Montag"),
    ("fi", "A: Saatte raportin torstaina.", "A", "Saatte raportin", "torstaina"),
    ("sv", "A: Ni får rapporten på torsdag.", "A", "får rapporten", "på torsdag"),
    # Another is named, by name or by 'she'
    ("en", "A: Sarah's going to send out the agenda.", "Sarah", "send out the agenda", None),
    ("en", "A: I talked to Sarah, she'll check the figures.", "Sarah", "check the figures", None),
    ("de", "A: Frau Keller wird uns die Unterlagen schicken.", "Frau Keller", "die Unterlagen schicken", None),
    ("de", "A: Sabine bestellt die Stühle.", "Sabine", "bestellt die Stühle", None),
    ("fi", "A: Pekka tilaa tuolit ensi tiistaiksi.", "Pekka", "tilaa tuolit", "ensi tiistaiksi"),
    ("fi", "A: Liisan pitää toimittaa kuitit.", "Liisa", "toimittaa kuitit", None),
    ("sv", "A: Ulla har lovat att baka till festen.", "Ulla", "baka till festen", None),
    ("sv", "A: Jag pratade med Karin, hon ska boka lokalen.", "Karin", "boka lokalen", None),
    ("de", "A: Das gebe ich an Frau Lohmann weiter, die soll das prüfen.", "Frau Lohmann", "prüfen", None),
    ("en", "A: Marcus has promised to have it working by Friday.", "Marcus", "have it working", "by Friday"),
    # A name that is said but once, at the beginning
    ("en", "A: Omar will test the search on Wednesday.", "Omar", "test the search", "on Wednesday"),
    ("de", "A: Omar wird am Mittwoch die Suche testen.", "Omar", "die Suche testen", "am Mittwoch"),
    ("fi", "A: Omar testaa haun keskiviikkona.", "Omar", "testaa haun", "keskiviikkona"),
    ("sv", "A: Omar ska testa sökningen på onsdag.", "Omar", "testa sökningen", "på onsdag"),
    # One asks, another takes it on
    ("en", "A: Could you call the landlord?\nB: Sure.", "B", "call the landlord", None),
    ("en", "A: Would you mind sending me the file?\nB: No problem.", "B", "sending me the file", None),
    ("de", "A: Könntest du bitte den Chef anrufen?\nB: Mache ich.", "B", "den Chef anrufen", None),
    ("de", "A: Holst du bitte Leim?\nB: Mach ich, gleich morgen.", "B", "Holst du bitte Leim", "gleich morgen"),
    ("fi", "A: Voisitko sä soittaa isännöitsijälle?\nB: Joo, voin.", "B", "soittaa isännöitsijälle", None),
    ("fi", "A: Pyydätkö niiltä tarjouksen?\nB: Pyydän, joo.", "B", "Pyydätkö niiltä tarjouksen", None),
    ("sv", "A: Kan du ringa hyresvärden?\nB: Ja, det gör jag.", "B", "ringa hyresvärden", None),
    ("en", "A: Are you all right to ring the pension people?\nB: Sure.", "B", "ring the pension people", None),
    ("de", "A: Schreib doch bitte dem Kunden.\nB: Klar.", "B", "Schreib doch bitte dem Kunden", None),
    # Something is needed, and somebody takes it on
    ("en", "A: Somebody has to tell the tenants.\nB: I can take that.", "B", "tell the tenants", None),
    ("en", "A: The signs need to be replaced.\nB: Got it, I'll pass that on to the printer.", "B", None, None),
    ("de", "A: Die Rechnung muss noch bezahlt werden.\nB: Das mache ich am Mittwoch.", "B", None, "am Mittwoch"),
    ("fi", "A: Lasku pitää maksaa vielä.\nB: Mä hoidan sen.", "B", "Lasku pitää maksaa vielä", None),
    ("sv", "A: Någon borde laga lampan.\nB: Jag kan göra det.", "B", "laga lampan", None),
    # Nobody in particular
    ("en", "A: The website needs to be updated.\nB: Yeah, let's put it on the list.", None, None, None),
    ("de", "A: Der Antrag muss bis zum 15. März eingereicht werden.", None, None, "bis zum 15. März"),
    ("en", "A: Everybody needs to send the form back by Friday.", None, "send the form back", "by Friday"),
    ("de", "A: Alle müssen bis Freitag das Formular abgeben.", None, "das Formular abgeben", "bis Freitag"),
    ("fi", "A: Kaikkien pitää palauttaa lomake ylihuomenna.", None, "palauttaa lomake", "ylihuomenna"),
    ("sv", "A: Alla måste lämna in blanketten på fredag.", None, "lämna in blanketten", "på fredag"),
    # An offer is welcome
    ("en", "A: I can rerun the analysis.\nB: That would be brilliant.", "A", "rerun the analysis", None),
    ("de", "A: Ich könnte den Raum buchen.\nB: Ja, mach das.", "A", "den Raum buchen", None),
    ("fi", "A: Mä voin varata hotellit.\nB: Hienoa.", "A", "varata hotellit", None),
    ("sv", "A: Jag kan kolla priserna.\nB: Gör det.", "A", "kolla priserna", None),
    # Whoever declines does not, and whoever says so then does
    ("en", "A: Ben, you'd do the intro?\nBen: I'd rather not.\nA: Then I'll do it myself.", "A", "do the intro", None),
    ("sv", "A: Kan du skriva texten?\nB: Jag hinner inte.\nC: Då kan jag göra det.", "C", "skriva texten", None),
    # The date follows
    ("en", "A: I'll draft the text.\nB: Great.\nA: Let's say by Monday.", "A", "draft the text", "by Monday"),
    ("sv", "A: Jag tar fram avtal.\nB: När?\nA: De ska vara klara på onsdag.", "A", "tar fram avtal", "på onsdag"),
]  # fmt: skip

NONE = [
    # Done, usual, or only thought of
    ("en", "A: I sent the report yesterday."),
    ("en", "A: I usually clean the filters on Fridays."),
    ("en", "A: If I had more time I would rewrite the manual."),
    ("en", "A: I was going to call them, but I forgot."),
    ("de", "A: Ich habe den Bericht gestern abgeschickt."),
    ("de", "A: Wenn wir mehr Geld hätten, würde ich einen Server kaufen."),
    ("fi", "A: Mä lähetin raportin eilen."),
    ("fi", "A: Jos meillä olis rahaa, mä vaihtaisin kaikki."),
    ("sv", "A: Jag brukar göra så."),
    # Done at once, in the meeting
    ("en", "A: Let me share my screen."),
    ("en", "A: Can you guys hear me?\nB: Yes."),
    ("en", "A: Alright, I'll let you go.\nB: I'll try, bye."),
    ("de", "A: Dann teile ich mal kurz meinen Bildschirm."),
    ("de", "A: Ich stelle das Mikro mal lauter."),
    ("fi", "A: Mä jaan tästä ruudun."),
    ("sv", "A: Jag ska bara dela min skärm."),
    # Offers that nobody wants
    ("en", "A: Should I call the plumber?\nB: No, don't bother."),
    ("de", "A: Soll ich den Raum buchen?\nB: Nein, nicht nötig."),
    ("fi", "A: Haluutko, että mä varaan huoneen?\nB: Ei tarvii."),
    ("sv", "A: Ska jag boka rummet?\nB: Nej, det behövs inte."),
    # What only sounds like one
    ("en", "A: Customers will call us on Monday."),
    ("en", "A: Shall I go on to the cash?\nB: Please."),
    ("en", "A: I'm proposing Monday the sixteenth."),
    ("de", "A: Da kann man nichts machen.\nB: Stimmt, super."),
    ("de", "A: Das kann ich bestätigen.\nB: Gut."),
    ("de", "A: Das müssen wir heute nicht vertiefen."),
    ("de", "A: Ihr habt die Tagesordnung am Montag bekommen."),
    ("de", "A: Frau Lindner bestellt Kaffee?"),
    ("de", "A: Wasser wird ab Montag teurer."),
    ("sv", "A: Jag föreslår tisdagen den 10 november."),
    # Opinions and habits of speech
    ("de", "A: Ich gehe davon aus, dass das klappt."),
    ("fi", "A: Mä luulen, että se riittää."),
    ("sv", "A: Jag tycker att det räcker."),
]


@pytest.mark.parametrize(("language", "talk", "owner", "task", "due"), ITEMS)
def test_says_who_does_what_by_when(language, talk, owner, task, due):
    [item] = _items(dialogue(language, talk))

    assert item.owner == owner
    assert task is None or item.task == task
    assert (item.due and item.due.spoken) == due


@pytest.mark.parametrize(("language", "talk"), NONE)
def test_what_is_not_an_item(language, talk):
    assert _items(dialogue(language, talk)) == []


def test_two_people_in_one_sentence_have_an_item_each():
    booked, ordered = _items(dialogue("en", "A: I'll book the room, and Ben will order the food.\nB: Fine."))

    assert (booked.owner, booked.task) == ("A", "book the room")
    assert (ordered.owner, ordered.task) == ("Ben", "order the food")


def test_carries_every_sentence_that_proves_it():
    talk = "A: The minutes have to be sent.\nB: Okay.\nC: I'll do that.\nC: You'll have them by Friday."

    [item] = _items(dialogue("en", talk))

    assert [sentence.segment.id for sentence in item.sentences] == [0, 2, 3]


@pytest.mark.parametrize(
    ("language", "talk", "owner"),
    [
        ("en", "A: I talked to Sarah.\nB: Good.\nA: She will check the figures.", "Sarah"),
        ("de", "A: Der Walter kennt das.\nB: Ja.\nA: Sag ihm, er soll die Kurbel einbauen.", "Walter"),
        ("fi", "A: Puhuin Liisan kanssa.\nB: Joo.\nA: Hän lupasi tarkistaa luvut.", "Liisa"),
        ("sv", "A: Jag pratade med Karin.\nB: Bra.\nA: Hon ska boka lokalen.", "Karin"),
    ],
)
def test_the_sentence_that_names_the_owner_is_evidence(language, talk, owner):
    [item] = _items(dialogue(language, talk))

    assert item.owner == owner
    assert [sentence.segment.id for sentence in item.sentences] == [0, 2]


def test_a_delivery_dates_what_was_promised():
    [item] = _items(dialogue("en", "A: I'll rework the forecast.\nB: Lovely.\nA: You'll have the file on Friday."))

    assert item.task == "rework the forecast"
    assert item.due is not None
    assert item.due.spoken == "on Friday"


def test_an_item_said_again_is_one_item():
    talk = "A: I'll send the revised budget to the board.\n" + "B: And then the garden.\n" * 9
    talk += "A: So I'll send the revised budget to the board by Friday."

    [item] = _items(dialogue("en", talk))

    assert item.due is not None
    assert item.due.spoken == "by Friday"


def test_names_belong_to_the_voices_that_answer():
    talk = """Speaker 1: Tom, did you get the keys?
        Speaker 2: Yes, I did.
        Speaker 1: Thanks, Tom.
        Speaker 3: Lovely.
        Speaker 3: Tom will write up the results."""
    transcript = dialogue("en", talk)

    [item] = _items(transcript)

    assert people(transcript).speaker(item.owner) == "Speaker 2"


@pytest.mark.parametrize("talk", ["A: Yeah, fine.", "A: See you on Monday, then.", "A: Absolutely, that was in May."])
def test_answers_and_days_are_no_names(talk):
    assert people(dialogue("en", talk)).names == {"a"}


def _items(transcript: Transcript) -> list[Draft]:
    known, language = people(transcript), phrases(transcript.language)
    assert language is not None
    patterns = Patterns(language, known)
    return find_actions(sentences(transcript), patterns, known, transcript.language, MONDAY)
