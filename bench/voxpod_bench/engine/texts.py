"""What the engines are given to speak: three lengths in four languages."""

from dataclasses import dataclass

SIZES = (40, 100, 400)


@dataclass(frozen=True, slots=True)
class Text:
    """A text of about `size` characters."""

    language: str
    size: int
    text: str
    voice: str
    peer_language: str
    """What kokoro-onnx's front end calls the language; empty where it has none that reads it."""


_PASSAGES = {
    "en": (
        "The library opens at nine every morning.",
        "When the ship left the harbor, the whole town stood on the pier and waved until it was out of sight.",
        "The valley had been quiet for years, and most people who lived there liked it that way. Then the railway came. "
        "Within a single summer there were two new hotels, a bank, and a newspaper that appeared every Friday. The old "
        "bakery stayed where it had always been, at the corner by the well, and the baker went on getting up at three. "
        "He said that travelers came and went, but everyone needed bread in the morning.",
    ),
    "zh": (
        "图书馆每天早上九点开门，周末也一样，欢迎大家带着孩子一起来看书、借书和听故事。",
        "船离开港口的时候，全城的人都站在岸边挥手，一直到船消失在远方。天慢慢黑了，孩子们跟着父母回家，路上谁也不说话，只听见海水拍打石头的声音。"
        "第二天早上，港口又热闹了起来，卖鱼的人大声地喊着价钱。",
        "这个山谷安静了很多年，住在这里的人大多喜欢这样的生活。后来铁路修到了这里。只用了一个夏天，村里就多了两家旅馆、一家银行，还有一份每个星期五出版的报纸。"
        "老面包店还在原来的地方，就在水井旁边的街角，师傅仍然每天三点起床。他说，旅客来来往往，但是每个人早上都要吃面包。秋天的时候，山上的树叶变成了红色和黄色，"
        "很多人从城里坐火车来看风景。他们在河边散步，在小店里喝茶，买一些当地的水果带回家。村里的老人坐在门口，看着这些陌生的面孔，觉得世界忽然变大了。到了冬天，"
        "雪把道路都盖住了，火车有时候好几天都不来。这时候山谷又变得像从前一样安静。人们围着火炉讲故事，孩子们在院子里堆雪人。面包店的灯还是每天三点就亮起来，"
        "远远看去，像一颗落在地上的星星。春天来的时候，第一列火车的汽笛声传遍了整个山谷，大家都跑到车站去看，好像又见到了一位老朋友。",
    ),
    "ja": (
        "図書館は毎朝九時に開きます。週末も同じですから、ぜひお子さんと一緒に来てください。",
        "船が港を出るとき、町の人たちはみんな岸に立って、船が見えなくなるまで手を振っていました。空がだんだん暗くなって、子供たちは親と一緒に家へ帰りました。"
        "次の朝、港はまたにぎやかになりました。",
        "この谷は長い間静かで、住んでいる人の多くはその暮らしが好きでした。やがて鉄道がやって来ました。ひと夏のうちに、村には新しい旅館が二つと銀行ができて、"
        "毎週金曜日に出る新聞も始まりました。古いパン屋は昔と同じ場所、井戸のそばの角にあって、主人は今でも三時に起きています。旅人は来ては去るけれど、"
        "朝のパンは誰にでも必要だと言うのです。秋になると、山の木の葉が赤や黄色に変わり、多くの人が町から電車で景色を見に来ました。川のそばを歩いたり、小さな店でお茶を飲んだり、"
        "果物を買って帰ったりします。村のお年寄りは門の前に座って、知らない人たちの顔を眺めながら、世界が急に広くなったように感じました。冬になると雪が道を隠して、"
        "電車は何日も来ないことがあります。そのころ、谷はまた昔のように静かになります。人々は火のそばで話をして、子供たちは庭で雪だるまを作りました。",
    ),
    "es": (
        "La biblioteca abre a las nueve en punto.",
        "Cuando el barco salió del puerto, todo el pueblo estaba en el muelle y saludó hasta perderlo de vista.",
        "El valle había sido tranquilo durante años, y a la mayoría de los vecinos les gustaba así. Entonces llegó el tren. "
        "En un solo verano aparecieron dos hoteles nuevos, un banco y un periódico que salía todos los viernes. La antigua "
        "panadería siguió en su sitio, en la esquina junto al pozo, y el panadero siguió levantándose a las tres. Decía que "
        "los viajeros van y vienen, pero que todo el mundo necesita pan.",
    ),
}
_VOICES = {"en": ("af_heart", "en-us"), "zh": ("zf_xiaoxiao", "cmn"), "ja": ("jf_alpha", ""), "es": ("ef_dora", "es")}
"""espeak-ng, which is kokoro-onnx's front end, reads no kanji."""

TEXTS = tuple(
    Text(language, size, text, *_VOICES[language])
    for language, passages in _PASSAGES.items()
    for size, text in zip(SIZES, passages, strict=True)
)


def english(characters: int) -> Text:
    """English of that many characters, whole words, the passages over and over."""
    source = " ".join(_PASSAGES["en"])
    text = " ".join([source] * (characters // len(source) + 1))[:characters]
    return Text("en", characters, text.rpartition(" ")[0] + ".", *_VOICES["en"])
