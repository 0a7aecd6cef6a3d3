"""Chinese and Japanese in one line: what the writing tells, sentence by sentence, clause by clause."""

import pytest

from voxpod_inference.text.runs import language_runs

CHINESE = [
    ("Hello! 你好！こんにちは！", "你好"),
    ("こんにちは！你好！", "你好"),
    ("你好 こんにちは", "你好"),
    ("谢谢、ありがとう。", "谢谢"),
    ("謝謝！ありがとうございます！", "謝謝"),
    ("再见！さようなら！", "再见"),
    ("早上好！おはよう！", "早上好"),
    ("晚安。おやすみなさい。", "晚安"),
    ("欢迎光临！いらっしゃいませ！", "欢迎光临"),
    ("对不起。ごめんなさい。", "对不起"),
    ("我是学生。私は学生です。", "我是学生"),
    ("这是什么？これは何ですか？", "这是什么"),
    ("没关系，大丈夫です。", "没关系"),
    ("我愛你。愛しています。", "我愛你"),
    ("私は東京に住んでいます。你住在哪里？", "你住在哪里"),
    ("「我们」は中国語です。", "我们"),
    ("「你好」と「こんにちは」は挨拶です。", "你好"),
    ("「谢谢」と言いました。", "谢谢"),
    ("先生は『请坐』と言った。", "请坐"),
    ("这是カレーです。", "这是"),
    ("我喜欢吃すし。", "我喜欢吃"),
    ("他说「ありがとう」然后走了。", "他说然后走了"),
    ("他说（ありがとう），北京，上海。", "他说北京上海"),
    ("味道很好，北京也很好。ありがとう。", "味道很好北京也很好"),
    ("北京欢迎你。北京へようこそ。", "北京欢迎你"),
    ("お名前は？你叫什麼名字？", "你叫什麼名字"),
    ("今天天气很好，去公园了。とても楽しかった。", "今天天气很好去公园了"),
    ("你好と言った。", "你好"),
]
JAPANESE = [
    "李强さんが来ました。",
    "邓小平は中国の政治家です。",
    "王毅、李强、習近平が会談した。",
    "东京タワーへ行く。",
    "日本語、英語、汉语を話します。",
    "来月、北京に行きます。",
    "東京。大阪。どちらも大きい町です。",
    "『東京物語』（とうきょうものがたり）",
    "「北京」は首都です。",
    "京都、大阪、神戸を訪れた。",
    "科学的、論理的、排他的な考え方。",
    "完了、終了、修了の違い。",
    "一個、二個と数える。",
    "不要不急、不可能ではない。",
    "現在、会議中です。",
    "我愛羅、忍者の名前。",
    "多謝。ありがとう。",
    "乾杯！かんぱい！",
    "中国人、日本人、韓国人がいる。",
    "12月25日、クリスマス。",
    "氏名：山田太郎（やまだたろう）",
    "𠮷野家で食べた。",
    "鱻は魚です。",
    "第一章 総則 この法律は",
    "昨日「ありがとう」北京大学",
]


def read_as(text: str, fallback: str = "en") -> dict[str, str]:
    """The Han of each language."""
    found: dict[str, str] = {}
    for run in language_runs(text, "auto", fallback):
        han = "".join(char for char in text[run.start : run.end] if "一" <= char <= "鿿" or char > "\U00020000")
        if han:
            found[run.language] = found.get(run.language, "") + han
    return found


@pytest.mark.parametrize("fallback", ["en", "ja", "zh"])
@pytest.mark.parametrize(("text", "chinese"), CHINESE, ids=[text for text, _ in CHINESE])
def test_chinese_that_stands_by_itself_is_chinese(text: str, chinese: str, fallback: str) -> None:
    assert read_as(text, fallback).get("zh") == chinese


@pytest.mark.parametrize("fallback", ["en", "ja", "zh"])
@pytest.mark.parametrize("text", JAPANESE)
def test_kanji_of_a_japanese_line_stay_japanese(text: str, fallback: str) -> None:
    assert read_as(text, fallback).keys() == {"ja"}


@pytest.mark.parametrize("language", ["ja", "zh"])
def test_request_that_names_a_language_is_not_second_guessed(language: str) -> None:
    assert {run.language for run in language_runs("你好！李强さん！", language, "en")} <= {"ja", language}


def test_chinese_without_kana_is_chinese_to_a_japanese_voice_too() -> None:
    assert read_as("你好。", "ja") == {"zh": "你好"}
    assert read_as("東京。", "ja") == {"ja": "東京"}
