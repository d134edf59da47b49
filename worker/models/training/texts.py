"""What the synthetic voices say: sentences of meeting talk, from a grammar and from public meeting transcripts.

Numbers are spelled as words, so that the text is exactly what is spoken. A fiftieth of all texts, chosen by hash, is
held out of training for good.
"""

import gzip
import hashlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from random import Random

_HERE = Path(__file__).parent
_GRAMMAR = tomllib.loads((_HERE / "grammar.toml").read_text())
_VERBS: dict[str, list[str]] = _GRAMMAR["verbs"]
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_DOUBLING = {"begin", "cut", "forget", "put", "run", "win", "split", "set", "get", "stop", "plan", "ship", "tag"}
_DOUBLING |= {"scan", "submit", "transfer", "prefer", "debug"}
_CHOICE, _SLOT = re.compile(r"\[([^\[\]]*)\]"), re.compile(r"\{(\w+)\}")


def held_out(text: str) -> bool:
    """Whether a text belongs to the evaluation: one in fifty, by the hash of its letters."""
    letters = re.sub("[^a-z ]", "", text.lower())
    return int(hashlib.sha1(letters.encode()).hexdigest(), 16) % 50 == 0


def transcript_sentences() -> list[str]:
    """Utterances of public meetings (QMSum, MIT licence), cut to 5 000 common words; 12 to 95 characters."""
    with gzip.open(_HERE / "texts.txt.gz", "rt") as file:
        lines = {line.strip() for line in file}
    return sorted(line for line in lines if 12 <= len(line) <= 95 and not re.search(r"\d|[^A-Za-z ,.?!'\-]", line))


def grammar_sentence(rng: Random) -> str:
    """A sentence of 11 to 99 characters from the grammar."""
    while True:
        text = _fill(rng.choice(_GRAMMAR["templates"]), rng)
        if 10 < len(text) < 100:
            return text


def held_out_sentences(rng: Random) -> Iterator[str]:
    """Sentences of the grammar that training never hears, without end."""
    while True:
        text = grammar_sentence(rng)
        if held_out(text):
            yield text


def held_out_transcripts() -> list[str]:
    """The utterances of public meetings that training never hears."""
    return [text for text in transcript_sentences() if held_out(text)]


def _fill(template: str, rng: Random) -> str:
    while _CHOICE.search(template):
        template = _CHOICE.sub(lambda match: rng.choice(match[1].split("|")), template, count=1)
    text = _SLOT.sub(lambda match: _slot(match[1], rng), template)
    text = re.sub(r"\s+([.,?])", r"\1", re.sub(r"\s+", " ", text)).strip()
    return text[0].upper() + text[1:]


def number(value: int) -> str:
    """A number below a million as words."""
    if value < 20:
        return _ONES[value]
    if value < 100:
        return _TENS[value // 10] + (f" {_ONES[value % 10]}" if value % 10 else "")
    if value < 1000:
        return f"{_ONES[value // 100]} hundred" + (f" and {number(value % 100)}" if value % 100 else "")
    return f"{number(value // 1000)} thousand" + (f" {number(value % 1000)}" if value % 1000 else "")


def _ordinal(value: int) -> str:
    if value <= 20:
        return _ORDINALS[value]
    return "thirtieth" if value == 30 else f"{_TENS[value // 10]} {_ORDINALS[value % 10]}"


def _slot(name: str, rng: Random) -> str:
    pick = {
        "P": "names", "m": "mass_nouns", "A": "adjectives", "D": "adverbs", "J": "projects", "G": "teams",
        "cap": "teams", "Day": "days", "Mon": "months", "n1": "things",
    }  # fmt: skip
    if name in pick:
        return str(rng.choice(_GRAMMAR[pick[name]]))
    verb = rng.choice(list(_VERBS))
    made = {
        "N": lambda: _noun_phrase(rng),
        "T": lambda: _when(rng),
        "n": lambda: number(rng.choice([rng.randint(2, 20), rng.randint(2, 20), rng.randint(20, 99), 150, 2000])),
        "ns": lambda: _plural(rng.choice(_GRAMMAR["things"])),
        "V": lambda: verb,
        "Vd": lambda: _VERBS[verb][0],
        "Vn": lambda: _VERBS[verb][1],
        "Vg": lambda: (verb[:-1] if verb.endswith("e") and verb != "see" else _doubled(verb)) + "ing",
        "Vs": lambda: _plural(verb),
        "L": lambda: rng.choice(_GRAMMAR["places"] + _GRAMMAR["rooms"]),
        "S": lambda: rng.choice(["I", "you", "we", "they"]),
        "O": lambda: rng.choice("me you him her us them it".split()),
        "an": lambda: _article(rng.choice(_GRAMMAR["adjectives"])),
        "o": lambda: _ordinal(rng.randint(1, 30)),
        "H": lambda: number(rng.randint(1, 12)),
    }
    return str(made[name]())


def _noun_phrase(rng: Random) -> str:
    noun, adjective = rng.choice(_GRAMMAR["things"]), rng.choice(_GRAMMAR["adjectives"])
    return rng.choices(
        [
            f"{rng.choice('the the the our your my this that his her their'.split())} {noun}",
            f"the {adjective} {noun}",
            _article(noun),
            f"{_article(adjective)} {noun}",
            f"{rng.choice('the some all these those many our'.split())} {_plural(noun)}",
            f"{rng.choice(['the', 'some', 'more'])} {rng.choice(_GRAMMAR['mass_nouns'])}",
            f"the {rng.choice(_GRAMMAR['projects'])} {noun}",
        ],
        [40, 20, 10, 8, 8, 6, 8],
    )[0]


def _when(rng: Random) -> str:
    day, month = rng.choice(_GRAMMAR["days"]), rng.choice(_GRAMMAR["months"])
    fixed = ["today", "tomorrow", "next week", "this afternoon", "tomorrow morning", "by the end of the week"]
    fixed += ["before the next meeting", "before lunch", "right after this call", "next month", "as soon as possible"]
    made = [f"by {day}", f"on {day}", f"next {day}", f"on {month} {_ordinal(rng.randint(1, 30))}", f"in {month}"]
    made += [f"at {number(rng.randint(1, 12))} o'clock", f"by the end of {month}", f"on {day} morning"]
    made += [f"in {number(rng.randint(2, 12))} {rng.choice(['days', 'weeks', 'months', 'minutes'])}"]
    return rng.choice(fixed + made)


def _article(word: str) -> str:
    vowel = word[0] in "aeiou" and not word.startswith(("use", "uni", "euro", "one"))
    return ("an " if vowel or word.startswith(("hour", "honest")) else "a ") + word


def _plural(noun: str) -> str:
    if noun.endswith(("s", "sh", "ch", "x", "z")):
        return noun + "es"
    return noun[:-1] + "ies" if noun.endswith("y") and noun[-2] not in "aeou" else noun + "s"


def _doubled(verb: str) -> str:
    return verb + verb[-1] if verb in _DOUBLING else verb
