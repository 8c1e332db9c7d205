"""Mouth shapes for speech sounds: pure tables from phonemes to the 15 visemes of the Oculus set (research/avatar.md §3)."""

_FLITE: dict[str, str] = {
    **dict.fromkeys(("p", "b", "m"), "PP"),
    **dict.fromkeys(("f", "v"), "FF"),
    **dict.fromkeys(("th", "dh"), "TH"),
    **dict.fromkeys(("t", "d"), "DD"),
    **dict.fromkeys(("n", "l"), "nn"),
    **dict.fromkeys(("k", "g", "ng", "hh"), "kk"),
    **dict.fromkeys(("ch", "jh", "sh", "zh"), "CH"),
    **dict.fromkeys(("s", "z"), "SS"),
    **dict.fromkeys(("r", "er"), "RR"),
    **dict.fromkeys(("aa", "ae", "ah", "ax", "ay", "aw"), "aa"),
    **dict.fromkeys(("eh", "ey"), "E"),
    **dict.fromkeys(("ih", "iy", "y"), "I"),
    **dict.fromkeys(("ao", "ow", "oy"), "O"),
    **dict.fromkeys(("uh", "uw", "w"), "U"),
    "pau": "sil",
}
"""Phones of the CMU voices (ARPABET, lower case)."""

_IPA: dict[str, str] = {
    **dict.fromkeys("pbm", "PP"),
    **dict.fromkeys("fv", "FF"),
    **dict.fromkeys("θð", "TH"),
    **dict.fromkeys("tdɾ", "DD"),
    **dict.fromkeys("nl", "nn"),
    **dict.fromkeys("kɡgŋxh", "kk"),
    **dict.fromkeys(("tʃ", "dʒ", "ʃ", "ʒ"), "CH"),
    **dict.fromkeys("sz", "SS"),
    **dict.fromkeys("ɹrɚɝɜ", "RR"),
    **dict.fromkeys("aɑæʌɐ", "aa"),
    **dict.fromkeys("eɛə", "E"),
    **dict.fromkeys("iɪj", "I"),
    **dict.fromkeys("oɔɒ", "O"),
    **dict.fromkeys("uʊw", "U"),
}
"""IPA as eSpeak NG gives it."""


def viseme_of(phone: str) -> str:
    """The viseme of one phone of either set; an unknown sound opens the mouth a little (`E`)."""
    plain = phone.lstrip("ˈˌ")
    if not plain or plain.startswith("_"):
        return "sil"
    if plain in _FLITE:
        return _FLITE[plain]
    return _IPA.get(plain[:2]) or _IPA.get(plain[:1]) or "E"


_VOWELS = frozenset({"aa", "E", "I", "O", "U", "RR"})


def weight_of(viseme: str, stressed: bool) -> float:
    """How far the mouth goes, 0 to 1: full for consonants and stressed vowels, less for weak vowels."""
    return 0.7 if viseme in _VOWELS and not stressed else 1.0
