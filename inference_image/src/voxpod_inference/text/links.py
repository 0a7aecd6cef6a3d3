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
    "en": "this that these those your their were been have does will would could should must they very about after",
    "es": "para pero como este esta estos estas muy unos unas nuestro nuestra están",
    "fr": "cette leur leurs notre votre elle nous vous elles ils dans avec pour sont très mais",
    "hi": "यह वह ये वे एक इस उस मेरा मेरी मेरे बहुत",
    "it": "questo questa sono molto della dello delle degli nella come",
    "ja": "この その あの どの とても",
    "pt": "este esta esse essa muito para como nosso nossa estão",
    "zh": "我 你 他 她 它 我们 你们 他们 她们 这 那 这个 那个 这些 那些 这家 这本 一个 每 请 把 被 在 从 对 向 给 跟 和 与 是 不 没 很 都 也 就 还 再 才 又 要 会 能 可以 应该 一边 为 为了 因为 如果 虽然 但是 所以 的 最 更 比",
}
"""Words that lead on to the next one: nobody pauses after them. Of languages with an alphabet those of three letters or less are not
listed: most are articles, pronouns and prepositions."""
_SHORT_LETTERS = 3
_CLINGING = {
    "hi": "का की के को में से पर तक ने है हैं था थी थे",
    "ja": "は が を に で の と も へ や か ね よ から まで より など だけ です ます た て だ な さん ない",
    "zh": "的 了 着 过 吗 呢 吧 们 里 上 下 中 得 地 个",
}
"""Words that belong to the one before."""
_COSTS = {
    language: dict.fromkeys(_NOUNS[language].split(), 0.35) | dict.fromkeys(words.split(), 0.0)
    for language, words in _CLAUSES.items()
}
_LEADS_ON = {
    language: frozenset(words.split()) | _COSTS.get(language, {}).keys() for language, words in _LEADING.items()
}
_CLINGS = {language: frozenset(words.split()) for language, words in _CLINGING.items()}


def cost_before(word: str, language: str) -> float:
    """How bad it is to part a sentence before a word: 0 to 1, as much as a cut at the edge of what is near its middle."""
    costs = _COSTS.get(language)
    return costs.get(word.lower(), 1.0) if costs else 0.0


def parts_phrase(before: str, after: str, language: str) -> bool:
    """Whether two words are of one phrase, in which nobody pauses."""
    short = language in _COSTS and language != "hi" and len(before) <= _SHORT_LETTERS
    leads = short or before[-1:].isdigit() or before.lower() in _LEADS_ON.get(language, ())
    return leads or after in _CLINGS.get(language, ())
