"""Languages as OpenAI names them in its answers (`english`, not `en`), and as programs name them.

The list is Whisper's (its tokenizer.py).
"""

_NAMES = """
en english, zh chinese, de german, es spanish, ru russian, ko korean, fr french, ja japanese, pt portuguese, tr turkish,
pl polish, ca catalan, nl dutch, ar arabic, sv swedish, it italian, id indonesian, hi hindi, fi finnish, vi vietnamese,
he hebrew, uk ukrainian, el greek, ms malay, cs czech, ro romanian, da danish, hu hungarian, ta tamil, no norwegian,
th thai, ur urdu, hr croatian, bg bulgarian, lt lithuanian, la latin, mi maori, ml malayalam, cy welsh, sk slovak,
te telugu, fa persian, lv latvian, bn bengali, sr serbian, az azerbaijani, sl slovenian, kn kannada, et estonian,
mk macedonian, br breton, eu basque, is icelandic, hy armenian, ne nepali, mn mongolian, bs bosnian, kk kazakh,
sq albanian, sw swahili, gl galician, mr marathi, pa punjabi, si sinhala, km khmer, sn shona, yo yoruba, so somali,
af afrikaans, oc occitan, ka georgian, be belarusian, tg tajik, sd sindhi, gu gujarati, am amharic, yi yiddish, lo lao,
uz uzbek, fo faroese, ht haitian creole, ps pashto, tk turkmen, nn nynorsk, mt maltese, sa sanskrit, lb luxembourgish,
my myanmar, bo tibetan, tl tagalog, mg malagasy, as assamese, tt tatar, haw hawaiian, ln lingala, ha hausa, ba bashkir,
jw javanese, su sundanese, yue cantonese
"""
_BY_CODE = dict(pair.strip().split(" ", 1) for pair in _NAMES.replace("\n", " ").split(","))
_BY_NAME = {name: code for code, name in _BY_CODE.items()}
_ANY = frozenset({"auto", "detect"})
CODES = tuple(_BY_CODE)


def name_of(code: str) -> str:
    """The English name of a language; the code itself where it has none here."""
    return _BY_CODE.get(code, code)


def code_of(said: str) -> str | None:
    """The code of a language as programs send it: `en`, `en-US`, `English`; None where it is to be detected."""
    plain = said.strip().lower()
    return None if plain in _ANY else _BY_NAME.get(plain) or plain.replace("_", "-").split("-", 1)[0]
