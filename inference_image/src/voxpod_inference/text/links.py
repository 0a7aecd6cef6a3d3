"""Words before which a long sentence is best parted: those that join clauses, then those that join a noun to what is said of it."""

_CLAUSES = {
    "en": "and or but that which who whose when while where because although though if unless until since so before after than whether",
    "es": "y e o u pero sino que cuando mientras donde porque aunque si hasta desde como antes después",
    "fr": "et ou mais que qui quand lorsque pendant où parce puisque quoique si car comme dont avant après",
    "hi": "और या लेकिन मगर कि जो जब जबकि जहाँ क्योंकि यदि अगर तो ताकि",
    "it": "e ed o ma che quando mentre dove perché anche se finché come prima dopo quindi",
    "pt": "e ou mas que quando enquanto onde porque embora se até desde como antes depois",
}
_NOUNS = {
    "en": "to of for with in on at from by into over under between about as through against",
    "es": "a de del para con en por sobre entre sin hacia",
    "fr": "à de des du pour avec en dans par sur entre sans vers",
    "hi": "के लिए में पर से तक",
    "it": "a di del della dei per con in da su tra fra senza",
    "pt": "a de do da dos das para com em por sobre entre sem",
}
_LEADING = {
    "en": "a an the my your his her its our their this that these those is are was were will would can could may i you he she we they not no",
    "es": "un una el la los las mi tu su sus este esta ese esa es son está muy no se",
    "fr": "un une le la les mon ma mes ton ta tes son sa ses ce cette ces est sont je tu il elle on nous vous ils elles ne très",
    "hi": "यह वह ये वे एक इस उस मेरा मेरी मेरे बहुत",
    "it": "un uno una il lo la i gli le mio mia tuo tua suo sua questo questa è sono non si molto",
    "pt": "um uma o a os as meu minha seu sua este esta esse essa é são não se muito",
}
"""Words that lead on to the next one: nobody pauses after them, nor after those that join."""
_COSTS = {
    language: dict.fromkeys(_NOUNS[language].split(), 0.35) | dict.fromkeys(words.split(), 0.0)
    for language, words in _CLAUSES.items()
}
_LEADS_ON = {language: costs.keys() | set(_LEADING[language].split()) for language, costs in _COSTS.items()}


def cost_before(word: str, language: str) -> float:
    """How bad it is to part a sentence before a word: 0 to 1, as much as a cut at the edge of what is near its middle."""
    costs = _COSTS.get(language)
    return costs.get(word.lower(), 1.0) if costs else 0.0


def leads_on(word: str, language: str) -> bool:
    """Whether a word belongs to the one that follows it."""
    return word.lower() in _LEADS_ON.get(language, ())
