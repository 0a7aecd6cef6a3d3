"""Numbers, money, dates, times and units as words, by wetext's grammars (English and Chinese), loaded when first needed."""

import functools
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wetext import Normalizer

_NEEDS_WORDS = re.compile(r"[0-9０-９%％‰℃℉°$€£¥￥₩＄￡+=×÷±²³½¼¾&@＋＝]")
_THOUSANDS = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")


def in_words(text: str, language: str) -> str:
    """`text` with its numbers written out; itself when it has none, without loading anything."""
    if not _NEEDS_WORDS.search(text):
        return text
    # wetext reads ￥1,299.00 as "one yuan, 299.00": the separators go first.
    return _normalizer(language).normalize(_THOUSANDS.sub("", text))


@functools.cache
def _normalizer(language: str) -> "Normalizer":
    from wetext import Normalizer

    return Normalizer(lang=language, operator="tn")
