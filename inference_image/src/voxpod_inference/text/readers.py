"""Which reader reads which language; each loads its tools when its language first occurs."""

import functools
from collections.abc import Callable

from voxpod_inference.bundle import Bundle
from voxpod_inference.text.spoken import Reader, Spoken


def readers_of(bundle: Bundle, variety: str = "") -> dict[str, Reader]:
    """A reader for each language of the bundle; `variety` is the voice's language tag: an `en-GB` voice reads English so."""
    makers = {language: _READERS[language] for language in bundle.manifest.languages}
    if variety in VARIETIES and (language := variety.partition("-")[0]) in makers:
        makers[language] = VARIETIES[variety]
    return {language: _Lazy(functools.partial(make, bundle)) for language, make in makers.items()}


class _Lazy:
    """A reader that is made when its language first occurs."""

    def __init__(self, make: Callable[[], Reader]) -> None:
        self._make = functools.cache(make)

    def __call__(self, text: str) -> Spoken:
        return self._make()(text)


def _english(bundle: Bundle, *, british: bool = False) -> Reader:
    from voxpod_inference.tables import SortedTable
    from voxpod_inference.text.english.reader import English
    from voxpod_inference.text.english.unknown import UnknownEnglish

    table = "en-gb.tsv" if british else "en-us.tsv"
    bundle.check([table])
    return English(SortedTable(bundle.path(table)), UnknownEnglish(british=british), british=british)


def _chinese(bundle: Bundle) -> Reader:
    from voxpod_inference.tables import SortedTable
    from voxpod_inference.text.chinese.reader import Chinese

    bundle.check(["zh.tsv", "zh-hant.tsv"])
    return Chinese(SortedTable(bundle.path("zh.tsv")), SortedTable(bundle.path("zh-hant.tsv")))


def _japanese(_bundle: Bundle) -> Reader:
    from voxpod_inference.text.japanese.reader import Japanese

    return Japanese()


def _by_espeak(language: str, _bundle: Bundle) -> Reader:
    from voxpod_inference.text.espeak.languages import tables_of
    from voxpod_inference.text.espeak.process import EspeakProcess
    from voxpod_inference.text.espeak.reader import EspeakReader

    tables = tables_of(language)
    return EspeakReader(tables, EspeakProcess(tables.voice))


def _korean(_bundle: Bundle) -> Reader:
    from voxpod_inference.text.korean.reader import Korean

    return Korean()


def _cantonese(bundle: Bundle) -> Reader:
    from voxpod_inference.tables import SortedTable
    from voxpod_inference.text.cantonese.reader import Cantonese

    bundle.check(["yue.tsv"])
    return Cantonese(SortedTable(bundle.path("yue.tsv")))


_READERS: dict[str, Callable[[Bundle], Reader]] = {
    "en": _english,
    "ja": _japanese,
    "ko": _korean,
    "yue": _cantonese,
    "zh": _chinese,
    **{language: functools.partial(_by_espeak, language) for language in ("es", "fr", "hi", "it", "pt")},
}
LANGUAGES = frozenset(_READERS)
"""What this version can read; a model may speak fewer."""
VARIETIES: dict[str, Callable[[Bundle], Reader]] = {"en-GB": functools.partial(_english, british=True)}
"""Language tags of voices that are read in another way than their language."""
